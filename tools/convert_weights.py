"""Converts the published weights of the evaluation's networks to those that the package ships.

    python tools/convert_weights.py musicnn-0.1.0-py3-none-any.whl \
        aisfx-0.1.2-py2.py3-none-any.whl basic_pitch-0.4.0-py2.py3-none-any.whl

The tool needs no TensorFlow and runs no code of the packages. Equal wheels give equal bytes. The
third one is read with `onnx`, which the extra of that name installs.
"""

import argparse
import hashlib
import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import save

TARGET = Path(__file__).parents[1] / "src/riffsmith"
SHA256 = {
    "musicnn": "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa",
    "aisfx": "bfe219950715af179e9a1653e7117cc1852baef267cd6596c42cad74afe1d194",
    "basic_pitch": "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
}
BASIC_PITCH_GRAPH = "basic_pitch/saved_models/icassp_2022/nmp.onnx"
TENSORFLOW_EPSILON = 1e-3  # default epsilon of batch normalisation, as the next one
TORCH_EPSILON = 1e-5

_TABLE_MAGIC = 0xDB4775248B80FB57
_FOOTER_BYTES = 48
_FLOAT32 = 1  # TensorFlow's DT_FLOAT

_State = dict[str, NDArray[np.float64]]


def main() -> None:
    """Reads three wheels, writes a file of weights for each, and the licences of two."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("musicnn", type=Path, help="the wheel of musicnn 0.1.0")
    parser.add_argument("aisfx", type=Path, help="the wheel of aisfx 0.1.2")
    parser.add_argument("basic_pitch", type=Path, help="the wheel of basic-pitch 0.4.0")
    parser.add_argument(
        "--target", type=Path, default=TARGET, help="folder of the package riffsmith"
    )
    options = parser.parse_args()
    embedders = options.target / "evaluation/embedders/weights"
    transcription = options.target / "transcription/weights"
    for folder in (embedders, transcription):
        folder.mkdir(parents=True, exist_ok=True)
    with open_wheel(options.musicnn, SHA256["musicnn"]) as wheel:
        tensors = read_tensorflow_checkpoint(
            wheel.read("musicnn/MSD_musicnn/.index"),
            wheel.read("musicnn/MSD_musicnn/.data-00000-of-00001"),
        )
        write(embedders / "musicnn.safetensors", convert_musicnn(tensors), np.float32)
    with open_wheel(options.aisfx, SHA256["aisfx"]) as wheel:
        state = read_torch_checkpoint(wheel.read("aisfx/models/checkpoint.pth"))
        write(embedders / "aisfx.safetensors", convert_aisfx(state), np.float16)
        licence = wheel.read("aisfx-0.1.2.dist-info/licenses/LICENSE")
        (embedders / "LICENSE-aisfx.txt").write_bytes(licence)
    with open_wheel(options.basic_pitch, SHA256["basic_pitch"]) as wheel:
        graph = wheel.read(BASIC_PITCH_GRAPH)
        write(transcription / "basic_pitch.safetensors", convert_basic_pitch(graph), np.float32)
        for name in ("LICENSE", "NOTICE"):
            text = wheel.read(f"basic_pitch-0.4.0.dist-info/{name}")
            (transcription / f"{name}-basic-pitch.txt").write_bytes(text)


def open_wheel(path: Path, sha256: str) -> ZipFile:
    """Opens a wheel after checking that it is the version that this tool was written for."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path} has sha256 {found}, expected {sha256}: use exactly that version")
    return ZipFile(io.BytesIO(content))


def write(path: Path, state: _State, dtype: type[np.floating[Any]]) -> None:
    """Writes tensors in the order of their names.

    Args:
        path: File to write.
        state: Tensors by name.
        dtype: Type of number in the file.
    """
    stored = {name: np.ascontiguousarray(state[name].astype(dtype)) for name in sorted(state)}
    for name, values in stored.items():
        if not np.isfinite(values).all():
            raise SystemExit(f"{path.name}: {name} does not fit into {dtype.__name__}")
    path.write_bytes(save(stored))
    count = sum(values.size for values in stored.values())
    print(f"{path.name}: {len(stored)} tensors, {count:,} values, {path.stat().st_size:,} bytes")


# A TensorFlow checkpoint has a sorted table of names, and the tensors' raw bytes in another file.


@dataclass(frozen=True)
class Entry:
    """Entry of the table for one tensor: its type, shape, and position in the other file."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    size: int


def read_tensorflow_checkpoint(index: bytes, data: bytes) -> _State:
    """Reads all float32 tensors of a checkpoint with one shard.

    The table has the format of LevelDB: blocks of prefix-compressed keys. The footer points to an
    index block, and this to the other blocks.

    Args:
        index: Content of the table's file.
        data: Content of the tensors' file.
    """
    if struct.unpack_from("<Q", index, len(index) - 8)[0] != _TABLE_MAGIC:
        raise SystemExit("the checkpoint's index is not a table")
    at = len(index) - _FOOTER_BYTES
    for _ in range(2):  # the position of the meta index is not needed
        _, at = _read_varint(index, at)
    offset, at = _read_varint(index, at)
    size, _ = _read_varint(index, at)
    tensors: _State = {}
    for _, handle in _read_block(index, offset, size):
        block_offset, after = _read_varint(handle, 0)
        block_size, _ = _read_varint(handle, after)
        for name, value in _read_block(index, block_offset, block_size):
            entry = _read_entry(value)
            if name and entry.dtype == _FLOAT32:  # the nameless first entry is a header
                raw = data[entry.offset : entry.offset + entry.size]
                values = np.frombuffer(raw, "<f4").reshape(entry.shape)
                tensors[name.decode()] = values.astype(np.float64)
    return tensors


def _read_block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if table[offset + size] != 0:
        raise SystemExit("the checkpoint's index is compressed, which this tool cannot read")
    block = table[offset : offset + size]
    restarts = struct.unpack_from("<I", block, size - 4)[0]
    end = size - 4 * (restarts + 1)
    at, key = 0, b""
    while at < end:
        shared, at = _read_varint(block, at)
        unshared, at = _read_varint(block, at)
        length, at = _read_varint(block, at)
        key = key[:shared] + block[at : at + unshared]
        at += unshared
        yield key, block[at : at + length]
        at += length


def _read_entry(message: bytes) -> Entry:
    """A `BundleEntryProto`: 1 is the type, 2 the shape, 4 the offset and 5 the size."""
    fields = dict(_read_fields(message))
    shape = [
        dict(_read_fields(dimension)).get(1, 0)
        for number, dimension in _read_fields(fields.get(2, b""))
        if number == 2
    ]
    return Entry(fields.get(1, 0), tuple(shape), fields.get(4, 0), fields.get(5, 0))


def _read_fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _read_varint(message, at)
        else:
            length = {1: 8, 5: 4}.get(kind)
            if length is None:
                length, at = _read_varint(message, at)
            value = message[at : at + length]
            at += length
        yield number, value


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


# The names and layouts of both frameworks are converted to those of riffsmith.evaluation.


def convert_musicnn(tensors: Mapping[str, NDArray[np.float64]]) -> _State:
    """Converts kernels (time, mel, in, out) to (out, in, time, mel), norms to factor and offset."""
    state: _State = {}

    def take(kind: str, number: int, part: str) -> NDArray[np.float64]:
        name = f"{kind}_{number}" if number else kind
        return tensors[f"{name}/{part}"]

    def add_norm(target: str, number: int) -> None:
        values = {
            part: take("batch_normalization", number, part)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        }
        factor = values["gamma"] / np.sqrt(values["moving_variance"] + TENSORFLOW_EPSILON)
        state[f"{target}.factor"] = factor
        state[f"{target}.offset"] = values["beta"] - values["moving_mean"] * factor

    add_norm("input_norm", 0)
    for number in range(5):
        kernel = take("conv2d", number, "kernel")
        state[f"front.{number}.convolution.weight"] = kernel.transpose(3, 2, 0, 1)
        state[f"front.{number}.convolution.bias"] = take("conv2d", number, "bias")
        add_norm(f"front.{number}.norm", number + 1)
    for number in range(3):
        kernel = take("conv2d", number + 5, "kernel")[:, :, 0]  # (time, in, out)
        state[f"middle.{number}.convolution.weight"] = kernel.transpose(2, 1, 0)
        state[f"middle.{number}.convolution.bias"] = take("conv2d", number + 5, "bias")
        add_norm(f"middle.{number}.norm", number + 6)
    add_norm("pooled_norm", 9)
    add_norm("hidden_norm", 10)
    for number, target in enumerate(("hidden", "output")):
        state[f"{target}.weight"] = take("dense", number, "kernel").T
        state[f"{target}.bias"] = take("dense", number, "bias")
    return state


def read_torch_checkpoint(content: bytes) -> dict[str, torch.Tensor]:
    """Reads the state dictionary of a pickle that also holds numpy numbers; runs no other code."""
    safe = [
        (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # pyright: ignore
        np.dtype,
        *(type(np.dtype(name)) for name in ("float64", "float32", "int64", "int32")),
    ]
    with torch.serialization.safe_globals(safe):
        state, _ = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return state


def convert_aisfx(original: Mapping[str, torch.Tensor]) -> _State:
    """Folds each norm into the convolution before it; the rectifier comes after the norm."""
    state: _State = {}

    def take(name: str) -> NDArray[np.float64]:
        return original[f"embedding_net.{name}"].numpy().astype(np.float64)

    for block in range(4):
        for number in range(2):
            norm = f"conv_block{block + 1}.bn{number + 1}"
            kernel = take(f"conv_block{block + 1}.conv{number + 1}.weight")
            variance = take(f"{norm}.running_var")
            factor = take(f"{norm}.weight") / np.sqrt(variance + TORCH_EPSILON)
            target = f"convolutions.{2 * block + number}"
            state[f"{target}.weight"] = kernel * factor[:, None, None, None]
            state[f"{target}.bias"] = take(f"{norm}.bias") - take(f"{norm}.running_mean") * factor
    return state


def convert_basic_pitch(content: bytes) -> _State:
    """Takes the constants of the ONNX graph, whose batch normalisations are folded already.

    The constants have no names of meaning, so each is found by the node that uses it: the first two
    convolutions are the imaginary and the real kernels, the third is the low-pass before the rate
    is halved, the last six are those of the network.

    Args:
        content: Content of the ONNX file.
    """
    graph = onnx.load_from_string(content).graph
    constants = {
        each.name: numpy_helper.to_array(each).astype(np.float64) for each in graph.initializer
    }
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    imaginary, real, low_pass = (constants[node.input[1]] for node in convolutions[:3])

    def find(operation: str, part: str) -> NDArray[np.float64]:
        (name,) = {
            name
            for node in graph.node
            if node.op_type == operation
            for name in node.input
            if name in constants and part in name
        }
        return constants[name]

    state: _State = {
        "cqt_kernels": np.concatenate([real, imaginary])[:, 0],
        "low_pass": low_pass[:, 0],
        "cqt_scale": find("Mul", "cq_t2010v2_1/Sqrt").ravel(),
        "input_factor": find("Mul", "batch_normalization").reshape(()),
        "input_offset": find("Add", "batch_normalization").reshape(()),
    }
    names = (
        "onset_enter",
        "contour_enter",
        "contour_head",
        "note_enter",
        "note_head",
        "onset_head",
    )
    for name, node in zip(names, convolutions[-6:], strict=True):
        state[f"{name}.weight"] = constants[node.input[1]]
        state[f"{name}.bias"] = constants[node.input[2]]
    return state


if __name__ == "__main__":
    main()
