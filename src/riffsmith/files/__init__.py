"""Files: written whole or not at all, with checksums; folders that one process holds."""

from riffsmith.files.checksums import (
    LARGEST_TENSORS,
    check_tensors,
    dump_checked,
    parse_checked,
    parse_json,
    read_checked,
    read_shapes,
    seal_tensors,
    validate,
    write_checked,
)
from riffsmith.files.locks import LOCK_NAMES, LockOwner, find_owner, hold, is_held
from riffsmith.files.paths import hide_folders
from riffsmith.files.reading import read_regular
from riffsmith.files.writing import (
    atomic_path,
    error_reason,
    explain,
    flush_to_disk,
    is_partial,
    remove,
    write_bytes,
)

__all__ = [
    "LARGEST_TENSORS",
    "LOCK_NAMES",
    "LockOwner",
    "atomic_path",
    "check_tensors",
    "dump_checked",
    "error_reason",
    "explain",
    "find_owner",
    "flush_to_disk",
    "hide_folders",
    "hold",
    "is_held",
    "is_partial",
    "parse_checked",
    "parse_json",
    "read_checked",
    "read_regular",
    "read_shapes",
    "remove",
    "seal_tensors",
    "validate",
    "write_bytes",
    "write_checked",
]
