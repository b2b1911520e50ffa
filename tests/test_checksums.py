"""Checksums of stored JSON and tensors: each flipped bit is found, or changes nothing."""

import json
from collections.abc import Callable, Iterator

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from riffsmith.files import check_tensors, dump_checked, parse_checked, seal_tensors

VALUES = {"name": "Ä", "low_db": -80.25, "counts": [1, 2], "nested": {"none": None}}


def flips(content: bytes) -> Iterator[bytes]:
    """The content with each of its bits flipped."""
    for position in range(8 * len(content)):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        yield bytes(changed)


def refuses(read: Callable[[bytes], object], content: bytes) -> bool:
    try:
        read(content)
    except ValueError:
        return True
    return False


def test_a_flipped_bit_in_json_is_found():
    content = dump_checked(json.dumps(VALUES))
    assert parse_checked(content) == VALUES
    for changed in flips(content):
        # Spaces do not matter, and whoever validates the values refuses the misspelt entry.
        is_harmless = not refuses(parse_checked, changed) and (
            parse_checked(changed) == VALUES or len(parse_checked(changed)) > len(VALUES)
        )
        assert is_harmless or refuses(parse_checked, changed)


def test_json_without_a_checksum_is_read():
    assert parse_checked(json.dumps(VALUES).encode()) == VALUES
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_checked(b"[" * 100_000)


def test_a_flipped_bit_in_tensors_is_found():
    tensors = {"b": torch.ones(2, 3), "a": torch.arange(4, dtype=torch.int16)}
    plain = save(tensors, metadata={"kind": "test"})
    check_tensors(plain)
    sealed = seal_tensors(plain)
    check_tensors(sealed)
    assert all(torch.equal(load(sealed)[name], tensors[name]) for name in tensors)
    for changed in flips(sealed):
        if refuses(check_tensors, changed):
            continue
        try:  # a length or a name that no reader takes
            found = load(changed)
        except SafetensorError:
            continue
        assert all(torch.equal(found[name], tensors[name]) for name in tensors)
