"""Clips that are made, renamed and cut: loops, titles, favourites and parts over HTTP."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient
from studios import MODEL, RATE, detail, make_run, opened, problem
from test_studio_api import write_picture_bundle

import riffsmith
from riffsmith.corpus import Corpus
from riffsmith.files import remove
from riffsmith.studio.clips.folder import ClipFolder
from riffsmith.studio.clips.schemas import Clip

pytestmark = pytest.mark.slow
BODY = {"model": MODEL, "seed": 5, "bars": 2, "controls": {"tempo": 160, "brightness": 1}}


@pytest.fixture(scope="module")
def place(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, a model that plays no loops, and the home of a studio."""
    folder = tmp_path_factory.mktemp("shelf")
    make_run(folder / "tiny", latent_corpus)
    write_picture_bundle(folder / "old")
    return folder


@pytest.fixture(scope="module")
def client(place: Path) -> Iterator[TestClient]:
    with opened(place / "home", place / "tiny", place / "old") as (_, found):
        yield found


@pytest.fixture(scope="module")
def loop(client: TestClient) -> Clip:
    """A loop that no test changes."""
    answer = client.post("/api/loops", json=BODY)
    assert answer.status_code == 201, answer.text
    return Clip.model_validate(answer.json())


@pytest.fixture
def clip(loop: Clip, place: Path) -> Iterator[Clip]:
    """A newer copy of the loop, deleted afterwards."""
    clips = place / "home" / "clips"
    found = loop.model_copy(update={"id": "f" * 16, "created": "2999"})
    original = ClipFolder(clips / loop.id)
    ClipFolder(clips / found.id).keep(found, original.samples(), original.tags())
    yield found
    remove(clips / found.id)


def stored(client: TestClient, key: str, kind: str = "wav") -> np.ndarray:
    """The samples of a clip's file as 16-bit integers."""
    content = client.get(f"/api/clips/{key}/audio.{kind}").content
    return soundfile.read(io.BytesIO(content), dtype="int16")[0]


def test_a_loop_of_the_studio_is_that_of_the_command(
    client: TestClient, loop: Clip, place: Path, tmp_path: Path
):
    assert loop.title == "Tiny, seed 5, 160 BPM, 2 bars, 8 beats"
    assert loop.loop is not None
    assert (loop.loop.bars, loop.loop.beats, loop.loop.bpm) == (2, 8, 160)
    assert loop.seconds == 3.0
    answer = client.get(f"/api/clips/{loop.id}/audio.wav")
    assert 'filename="riff-5-160bpm-2bars.wav"' in answer.headers["content-disposition"]
    controls = riffsmith.Controls(tempo=160, brightness=1)
    made = riffsmith.load(place / "tiny").loop(seed=5, controls=controls, bars=2)
    expected = made.save(tmp_path / "loop.wav").read_bytes()
    content = answer.content
    for chunk in (b"data", b"smpl", b"acid"):
        assert chunk_of(content, chunk) == chunk_of(expected, chunk), chunk
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        how = json.loads(file.comment)
    assert how["loop"] == "160 BPM, 2 bars, 8 beats"
    assert how["controls"][0]["controls"]["brightness"] == 1


def chunk_of(wav: bytes, name: bytes) -> bytes:
    """The content of a chunk of a WAV file."""
    at = wav.index(name) + 4
    return wav[at + 4 : at + 4 + int.from_bytes(wav[at : at + 4], "little")]


def test_what_is_no_loop_has_a_sentence(client: TestClient):
    answer = client.post("/api/loops", json={**BODY, "controls": {"tempo": 400}})
    (part,) = problem(answer, 422)["parts"]
    assert (part["place"], part["code"]) == ("controls.tempo", "up_to")
    answer = client.post("/api/loops", json={**BODY, "bars": 17})
    assert problem(answer, 422)["parts"][0]["parameters"] == {"limit": 16}
    answer = client.post("/api/loops", json={**BODY, "controls": {"variation": 1}})
    assert "variation has no effect on a loop" in detail(answer, 400)
    found = problem(client.post("/api/loops", json={**BODY, "model": "bundle:old"}), 400)
    assert found["code"] == "no_loops"
    assert "has no clock of beats: loops need one of preset latent" in found["detail"]


def test_a_new_title_goes_into_names_and_tags_and_leaves_the_samples(
    client: TestClient, clip: Clip
):
    place = f"/api/clips/{clip.id}"
    before = stored(client, clip.id)
    stored(client, clip.id, "flac")  # written with the title before
    answer = client.patch(place, json={"title": "Süß: AC/DC 1.2"})
    assert answer.status_code == 200, answer.text
    renamed = Clip.model_validate(answer.json())
    assert (renamed.title, renamed.name) == ("Süß: AC/DC 1.2", "Süß: AC/DC 1.2")
    assert renamed.file_name == "Süß_ AC-DC 1-2-160bpm-2bars"
    assert client.get(place).json() == answer.json()
    for kind in ("wav", "flac", "mp3"):
        answer = client.get(f"{place}/audio.{kind}")
        assert "AC-DC%201-2-160bpm-2bars" in answer.headers["content-disposition"]
        with soundfile.SoundFile(io.BytesIO(answer.content)) as file:
            assert file.title == "Süß: AC/DC 1.2"
    for kind in ("wav", "flac"):
        np.testing.assert_array_equal(stored(client, clip.id, kind), before)
    assert chunk_of(client.get(f"{place}/audio.wav").content, b"acid")


@pytest.mark.parametrize("title", ["", " ", " riff", "riff ", "a\nb", "a\x85", "x" * 81])
def test_what_is_no_title_is_refused(client: TestClient, loop: Clip, title: str):
    answer = client.patch(f"/api/clips/{loop.id}", json={"title": title})
    assert problem(answer, 422)["parts"][0]["place"] == "title"
    assert client.get(f"/api/clips/{loop.id}").json()["name"] is None


def test_favourites_come_first(client: TestClient, loop: Clip, clip: Clip):
    def listed() -> list[str]:
        return [each["id"] for each in client.get("/api/clips").json()]

    assert listed() == [clip.id, loop.id]
    answer = client.patch(f"/api/clips/{loop.id}", json={"favourite": True})
    assert answer.json() == {**loop.model_dump(mode="json"), "favourite": True}
    assert listed() == [loop.id, clip.id]
    client.patch(f"/api/clips/{loop.id}", json={"favourite": False})
    assert listed() == [clip.id, loop.id]


def test_a_part_is_cut_to_the_sample(client: TestClient, loop: Clip):
    begin, end = RATE + 1, 2 * RATE + 4
    place = {"begin": begin, "end": end}
    answer = client.post(f"/api/clips/{loop.id}/parts", json=place)
    assert answer.status_code == 201, answer.text
    part = Clip.model_validate(answer.json())
    assert part.title == f"{loop.title}, 1.00 to 2.00 s"
    assert (part.begin, part.loop, part.seconds) == (begin, None, (end - begin) / RATE)
    assert part.part is not None
    assert (part.part.clip, part.part.begin) == (loop.id, begin / RATE)
    found, whole = stored(client, part.id), stored(client, loop.id)[begin:end]
    fade = RATE // 200
    np.testing.assert_array_equal(found[fade:-fade], whole[fade:-fade])
    assert not found[[0, -1]].any()
    assert (np.abs(found[:fade]) <= np.abs(whole[:fade])).all()
    assert np.abs(found[fade // 2] - whole[fade // 2] * 0.5).max() < 0.1 * np.abs(whole).max()
    rest = client.post(f"/api/clips/{part.id}/parts", json={"begin": 2, "end": len(found)})
    np.testing.assert_array_equal(stored(client, rest.json()["id"])[fade:], found[fade + 2 :])
    assert rest.json()["begin"] == begin + 2
    for key in (part.id, rest.json()["id"]):
        client.delete(f"/api/clips/{key}")


def test_a_part_that_cannot_be_cut_has_a_sentence(client: TestClient, loop: Clip):
    place = f"/api/clips/{loop.id}/parts"
    answer = client.post(place, json={"begin": 0, "end": 3 * RATE + 1})
    assert "ends at sample 24001, and the clip has 24000" in detail(answer, 400)
    answer = client.post(place, json={"begin": 9, "end": RATE + 8})
    assert "this one has 1.00 s: choose a longer one" in detail(answer, 400)
    answer = client.post(place, json={"begin": RATE, "end": 9})
    assert "this one has 0.00 s" in detail(answer, 400)


@pytest.mark.parametrize("damage", [slice(9_000, 9_001), slice(20, None), slice(0, 4)])
def test_a_damaged_clip_is_told(client: TestClient, clip: Clip, place: Path, damage: slice):
    wav = place / "home" / "clips" / clip.id / "audio.wav"
    content = bytearray(wav.read_bytes())
    content[damage] = b"" if damage.start == 20 else bytes(byte ^ 1 for byte in content[damage])
    wav.write_bytes(content)
    at = f"/api/clips/{clip.id}"
    part = {"begin": 0, "end": 2 * RATE}
    for answer in (
        *(client.get(f"{at}/{name}") for name in ("audio.wav", "audio.mp3", "peaks")),
        *(client.get(f"{at}/{name}") for name in ("spectrogram.png", "notes.mid")),
        client.post(f"{at}/parts", json=part),
        client.patch(at, json={"title": "other"}),
    ):
        assert problem(answer, 400)["code"] == "clip_damaged"
    assert client.get(at).json()["title"] == clip.title
    assert client.delete(at).status_code == 204


def test_the_notes_of_a_loop_have_its_tempo(client: TestClient, loop: Clip):
    assert loop.loop is not None
    answer = client.get(f"/api/clips/{loop.id}/notes.mid")
    assert answer.headers["content-type"] == "audio/midi"
    assert f"{loop.file_name}.mid" in answer.headers["content-disposition"]
    written = mido.MidiFile(file=io.BytesIO(answer.content))
    assert [message.tempo for message in written if message.type == "set_tempo"] == [
        mido.bpm2tempo(loop.loop.bpm)
    ]
    assert client.get(f"/api/clips/{loop.id}/notes.mid").content == answer.content


def test_peaks_draw_the_waveform(client: TestClient, loop: Clip):
    peaks = client.get(f"/api/clips/{loop.id}/peaks").json()["peaks"]
    levels = np.abs(stored(client, loop.id).astype(int)).max(axis=1)
    assert len(peaks) == 600
    spans = levels.reshape(600, -1).max(axis=1)
    assert np.abs(np.array(peaks) - spans / 128).max() <= 1
    assert max(peaks) > 20
