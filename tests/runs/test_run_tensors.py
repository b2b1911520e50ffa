"""Codec and piano-roll model of a run on disk."""

import shutil
from pathlib import Path

import pytest
from conftest import tiny_latents

from riffsmith.codec import load_codec, save_codec
from riffsmith.errors import RunError
from riffsmith.runs import RunFolder


def test_a_damaged_codec_is_named_and_the_copy_of_a_snapshot_serves(
    latent_bundle: Path, tmp_path: Path
):
    run = RunFolder(tmp_path)
    content = (latent_bundle / "codec.safetensors").read_bytes()
    run.write_tensors(run.codec, content)
    codec = load_codec(tiny_latents(), run.read_tensors(run.codec))
    assert save_codec(codec) == content  # what a snapshot has is what the run reads
    changed = bytearray(run.codec.read_bytes())
    changed[-5] ^= 1
    run.codec.write_bytes(changed)
    with pytest.raises(RunError, match=r"codec.safetensors is damaged .*replace it by a copy"):
        run.read_tensors(run.codec)
    shutil.copy(latent_bundle / "codec.safetensors", run.codec)
    assert run.read_tensors(run.codec) == content
