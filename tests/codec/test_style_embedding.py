import torch

from riffsmith.codec import StyleEmbedding
from riffsmith.features import Descriptors

A_MAJOR, C_MINOR = 0, 12 + 3


def two_songs() -> list[torch.Tensor]:
    """Latents of a song with a small and one with a large deviation, of three components."""
    stream = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 3, 1_000, generator=stream)
    level = torch.tensor([2.0, -2.0])[:, None, None]
    return list(noise * torch.tensor([0.5, 1.5])[:, None, None] + level)


def in_key(key: int) -> torch.Tensor:
    """Magnitudes of the pitch classes of a song in a key: its triad, and its scale more softly."""
    third, scale = (4, (2, 5, 9, 11)) if key < 12 else (3, (2, 5, 8, 10))
    chroma = torch.zeros(12, 1_000)
    for step, strength in [(0, 4.0), (third, 3.0), (7, 3.0), *((step, 1.0) for step in scale)]:
        chroma[(key + step) % 12] = strength
    return chroma


def fitted() -> StyleEmbedding:
    style = StyleEmbedding(components=3, dimensions=2, passages=64)
    descriptors = [torch.full((len(Descriptors._fields), 1_000), value) for value in (-10.0, -30.0)]
    style.fit(two_songs())
    style.choose_passages(two_songs(), descriptors, [in_key(A_MAJOR), in_key(C_MINOR)])
    return style


def test_songs_differ_and_passages_of_one_song_are_alike():
    style = fitted()
    one, other = (style(song[None])[0] for song in two_songs())
    assert one.shape == (2, 1_000)
    assert (one.mean(1) - other.mean(1)).norm() > 1.5
    assert one.std(1).max() < 0.5 * (one.mean(1) - other.mean(1)).norm()
    both = torch.cat([one, other], dim=1)
    assert torch.allclose(both.std(1), torch.ones(2), atol=0.01)


def test_passages_come_from_all_songs_with_their_descriptors():
    style = fitted()
    one, other = (style(song[None])[0] for song in two_songs())
    assert torch.allclose(style.passages[0], one[:, 0], atol=1e-5)
    assert torch.allclose(style.passages[-1], other[:, -1], atol=1e-5)
    assert style.descriptors[:32].eq(-10).all()
    assert style.descriptors[32:].eq(-30).all()


def test_passages_have_the_key_of_their_song():
    style = fitted()
    assert style.find_keys() == [A_MAJOR] * 32 + [C_MINOR] * 32
    style.chroma.zero_()
    assert style.find_keys() == [None] * 64


def test_a_gain_changes_the_style_in_its_direction():
    style, song = fitted(), two_songs()[0][None]
    gain = torch.tensor([0.5, -0.25, 1.0])
    moved = style(song + 0.3 * gain[None, :, None]) - style(song)
    expected = 0.3 * style.gain_direction(gain)[None, :, None].expand_as(moved)
    assert torch.allclose(moved, expected, atol=1e-4)


def test_values_are_turned_into_those_of_another_embedding():
    """Two embeddings with all dimensions of the same songs differ by a linear function."""
    one, other = (StyleEmbedding(components=3, dimensions=6, passages=8) for _ in range(2))
    songs = [*two_songs(), torch.randn(3, 1_000, generator=torch.Generator().manual_seed(0))]
    one.fit(songs)
    other.fit([2 * song + 1 for song in songs[::2]])
    matrix, shift = one.transform_to(other)
    turned = matrix @ one(songs[0][None]) + shift[:, None]
    assert torch.allclose(turned, other(songs[0][None]), rtol=1e-3, atol=1e-3)
