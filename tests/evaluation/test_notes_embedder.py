import numpy as np
import pytest
import torch

from riffsmith.evaluation.embedders.notes import NotesEmbedder, describe_notes


def play() -> np.ndarray:
    """A4 for 8 frames, with C5 in the last 4 of them, then E5 for 4 frames and 4 of silence."""
    roll = np.zeros((16, 88), bool)
    roll[0:8, 48] = roll[4:8, 51] = roll[8:12, 55] = True
    return roll


def test_features_by_hand():
    found = describe_notes(play())
    assert found[0] == pytest.approx(1 / 1.5)  # 16 sounding pitches in 16 frames
    assert found[1] == pytest.approx(np.sqrt(0.5) / 1.5)  # 4 frames of 0 and 2, 8 of 1
    assert found[2] == pytest.approx(2 * (22_050 / 256) / 16 / 8)  # the first began before
    durations, chords, melody, degrees = np.split(found[5:], (6, 18, 30))
    assert durations == pytest.approx(np.array([0, 2, 1, 0, 0, 0]) / 3)
    assert chords.tolist() == [0, 0, 0, 1, *[0] * 8]  # a minor third
    assert melody.tolist() == [0, 0, 0, 0, 1, *[0] * 7]  # from C5 to E5
    # A minor: tonic, third and fifth
    assert degrees == pytest.approx(np.array([8, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0]) / 16)


def test_the_key_does_not_matter_but_for_the_register():
    low, high = describe_notes(play()), describe_notes(np.roll(play(), 5, axis=1))
    assert high[3] == pytest.approx(low[3] + 5 / 24)
    assert np.delete(high, 3) == pytest.approx(np.delete(low, 3))


def test_no_notes_are_zeros():
    assert not describe_notes(np.zeros((568, 88), bool)).any()


def test_an_embedding_of_audio():
    embedder = NotesEmbedder()
    window = torch.zeros(1, round(embedder.window_seconds * embedder.sample_rate))
    found = embedder.embed(window)
    assert found.shape == (1, embedder.dimension)
    assert found.dtype == torch.float32
