"""Checksums in files of JSON and safetensors, which are looked at when the files are read.

A flipped bit in a number leaves JSON and tensors that read well. A file from before there were
checksums has none, and is read as it is.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from riffsmith.errors import RiffsmithError
from riffsmith.files.reading import read_regular
from riffsmith.files.writing import write_bytes

LARGEST_JSON = 64 * 2**20
"""Size in bytes up to which a file of JSON is read: it takes about ten times as much memory."""
LARGEST_TENSORS = 2**30
"""Size in bytes up to which a safetensors file of a run or of a bundle is read."""
_KEY = "checksum"
_METADATA = "__metadata__"
Model = TypeVar("Model", bound=BaseModel)
_LENGTH_BYTES = 8
"""Bytes at the beginning of a safetensors file that hold the length of its header. The header is
padded to a multiple of as many."""
_TOO_DEEP = "it is nested too deeply"


def parse_json(content: str | bytes) -> Any:
    """Parses JSON.

    Raises:
        ValueError: It is no JSON, or nested more deeply than can be read.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def dump_checked(text: str) -> bytes:
    """The content of a file of JSON, with a checksum of its values.

    Args:
        text: A JSON object.
    """
    values = json.loads(text)
    checked = {**values, _KEY: _digest_values(values)}
    return json.dumps(checked, indent=1, ensure_ascii=False).encode()


def parse_checked(content: bytes) -> Any:
    """Parses a file of JSON and looks at its checksum.

    Args:
        content: What `dump_checked` returned, or JSON without a checksum.

    Returns:
        The values without the checksum.

    Raises:
        ValueError: It is no JSON, or its values are not those of the checksum.
    """
    values = parse_json(content)
    if isinstance(values, dict) and _KEY in values:
        checksum = values.pop(_KEY)
        if checksum != _digest_values(values):
            raise ValueError(
                "its content does not match its checksum; whoever changes it by hand leaves out "
                f'the entry "{_KEY}"'
            )
    return values


def write_checked(target: Path, text: str, error: type[RiffsmithError]) -> None:
    """Writes a JSON object with a checksum, whole or not at all.

    Args:
        target: File to write.
        text: A JSON object.
        error: Class of the error to raise.

    Raises:
        error: The file cannot be written; the message says why and what to do.
    """
    write_bytes(target, dump_checked(text), error)


def read_checked(path: Path, most_bytes: int = LARGEST_JSON) -> Any:
    """Reads what `write_checked` wrote.

    Args:
        path: File to read.
        most_bytes: Largest size in bytes.

    Returns:
        The values without the checksum.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged, too large or no regular file.
    """
    return parse_checked(read_regular(path, most_bytes))


def validate(model: type[Model], values: object) -> Model:
    """Makes a record from values that were read from JSON.

    Args:
        model: Class of the record.
        values: What `read_checked` returned.

    Raises:
        ValueError: The values do not fit the class, or are nested too deeply.
    """
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as cause:
        first = cause.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"at {where or 'its top'}: {first['msg'].lower()}") from cause
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _digest_values(values: Mapping[str, object]) -> str:
    try:
        text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return blake2b(text.encode(), digest_size=16).hexdigest()


def seal_tensors(content: bytes) -> bytes:
    """Puts a checksum of tensors and header into the header of a safetensors file.

    Args:
        content: The file as `safetensors` saves it.
    """
    header, data = _split(content)
    metadata = header.get(_METADATA)
    known = metadata if isinstance(metadata, dict) else {}
    if not known:
        header.pop(_METADATA, None)
    sealed = {**header, _METADATA: {**known, _KEY: _digest_tensors(header, data)}}
    text = json.dumps(sealed, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + data


def check_tensors(content: bytes) -> None:
    """Looks at the checksum of a safetensors file; one without a checksum passes.

    Raises:
        ValueError: The content does not match its checksum, or is no safetensors file.
    """
    header, data = _split(content)
    metadata = header.get(_METADATA)
    if not isinstance(metadata, dict) or _KEY not in metadata:
        return
    checksum = metadata.pop(_KEY)
    if not metadata:
        del header[_METADATA]
    if checksum != _digest_tensors(header, data):
        raise ValueError("its content does not match its checksum")


def read_shapes(content: bytes) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors of a safetensors file, from its header alone.

    Raises:
        ValueError: It is no safetensors file.
    """
    header, _ = _split(content)
    try:
        return {
            name: tuple(map(int, about["shape"]))
            for name, about in header.items()
            if name != _METADATA
        }
    except (KeyError, TypeError) as cause:
        raise ValueError("its header is damaged") from cause


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data of a safetensors file.

    Raises:
        ValueError: It is no safetensors file.
    """
    end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    header = parse_json(content[_LENGTH_BYTES:end]) if end <= len(content) else None
    if not isinstance(header, dict):
        raise ValueError("it is no safetensors file")
    return header, content[end:]


def _digest_tensors(header: Mapping[str, object], data: bytes) -> str:
    digest = blake2b(_digest_values(header).encode(), digest_size=16)
    digest.update(data)
    return digest.hexdigest()
