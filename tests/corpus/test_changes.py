import shutil
from pathlib import Path

from conftest import write_music

from riffsmith.corpus import Changes, Corpus, compare_folder, compare_manifests


def test_a_folder_is_compared_with_its_corpus(songs: Path, corpus: Corpus, tmp_path: Path):
    folder, manifest = tmp_path / "songs", corpus.manifest
    shutil.copytree(songs, folder)
    assert not compare_folder(folder, manifest)
    (folder / "cover.jpg").write_bytes(b"x")
    for number in range(4, 8):
        write_music(folder / f"song {number}.wav", 1.0, seed=number)
    (folder / "song 1.flac").unlink()
    write_music(folder / "song 3.wav", 1.0, seed=9)
    found = compare_folder(folder, manifest)
    assert (len(found.added), found.removed) == (4, ("song 1.flac",))
    assert found.text == (
        "4 recordings were added (song 4.wav, song 5.wav, song 6.wav and 1 more), "
        "1 recording was removed (song 1.flac), 1 recording was replaced (song 3.wav)"
    )


def test_two_corpora_are_compared(corpus: Corpus):
    manifest = corpus.manifest
    first, *others = manifest.recordings
    source = first.source.model_copy(update={"content_hash": "0"})
    changed = first.model_copy(update={"source": source})
    other = manifest.model_copy(update={"recordings": (changed, *others[1:])})
    assert not compare_manifests(manifest, manifest)
    paths = first.source.path, others[0].source.path
    assert compare_manifests(manifest, other) == Changes((), (paths[1],), (paths[0],))
    assert compare_manifests(other, manifest) == Changes((paths[1],), (), (paths[0],))
