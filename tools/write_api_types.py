"""Writes the types of the studio's API for the page's type checker: `tools/page/api.d.ts`.

    python tools/write_api_types.py [--check]

The types come from the OpenAPI document that the server publishes. With `--check` nothing is
written: the command fails if the file is not up to date.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from riffsmith.studio import build_app, open_studio

TARGET = Path(__file__).parent / "page" / "api.d.ts"
_HEADER = """\
// Types of what the studio's server takes and sends. Written by tools/write_api_types.py from the
// OpenAPI document: change the schemas in Python and run that script again.

declare namespace Api {
"""
_SIMPLE = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}


def read_schemas() -> dict[str, Any]:
    """The schemas of the OpenAPI document by their names."""
    with TemporaryDirectory() as home, open_studio(Path(home)) as studio:
        return build_app(studio).openapi()["components"]["schemas"]


def write_types(schemas: dict[str, Any]) -> str:
    """The content of `api.d.ts`.

    Args:
        schemas: JSON schemas by their names.
    """
    parts = [_declare(name, schema) for name, schema in sorted(schemas.items())]
    return _HEADER + "\n".join(parts) + "}\n"


def _declare(name: str, schema: dict[str, Any]) -> str:
    comment = _comment(schema.get("description"), 2)
    if schema.get("type") != "object":
        return f"{comment}  type {name} = {_type(schema)};\n"
    required = schema.get("required", [])
    lines = [
        f"{_comment(one.get('description'), 4)}"
        f"    {key}{'' if key in required else '?'}: {_type(one)};\n"
        for key, one in schema.get("properties", {}).items()
    ]
    return f"{comment}  interface {name} {{\n{''.join(lines)}  }}\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    kind = schema.get("type")
    if kind == "array":
        item = _type(schema["items"])
        return f"({item})[]" if " " in item else f"{item}[]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    return "null" if kind == "null" else _SIMPLE.get(str(kind), "unknown")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _comment(text: str | None, indent: int) -> str:
    return f"{' ' * indent}/** {' '.join(text.split())} */\n" if text else ""


def main() -> None:
    """Writes the file, or compares it."""
    content = write_types(read_schemas())
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(content, encoding="utf-8")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != content:
        sys.exit(f"{TARGET.name} is out of date: run python tools/write_api_types.py")


if __name__ == "__main__":
    main()
