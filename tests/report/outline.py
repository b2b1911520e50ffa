"""Reading of a page as its readers do."""

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """Tags that open and close, what they point to, and what is read aloud."""

    VOID = frozenset({"meta", "img", "br", "input", "link", "source"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.stack.append(tag)
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self.text += " ".join(["", *(v or "" for k, v in attrs if k in ("alt", "aria-label"))])

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}" if self.stack[-1:] != ["style"] else ""

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    def words(self) -> str:
        return re.sub(r"\s+([.,:;)])", r"\1", " ".join(self.text.split()))
