"""The Spanish README says what the English one says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGLISH, SPANISH = ROOT / "README.md", ROOT / "README.es.md"

HEADING = re.compile(r"^(#+) .*$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\S*/)?riffsmith(?: [^`]*)?)`")
LINK = re.compile(r"\]\(([^)]+)\)")
FIGURE = re.compile(r"\d+(?:[.,]\d+)*|(?<![\w.])[.,]\d+")


@dataclass(frozen=True)
class Item:
    """Something that both documents must have, and where it stands."""

    value: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.value!r} in line {self.line}: {self.text.strip()[:100]}"


def find(pattern: re.Pattern[str], text: str, value: Callable[[re.Match[str]], str]) -> list[Item]:
    lines = text.splitlines()
    items: list[Item] = []
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start())
        items.append(Item(value(match), line + 1, lines[line]))
    return items


def headings(text: str) -> list[Item]:
    """Levels of the headings; a line of a block that begins with # is none."""
    blank = BLOCK.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return find(HEADING, blank, lambda match: match[1])


def blocks(text: str) -> list[Item]:
    """Lines of all blocks without their comments, which are translated."""
    items: list[Item] = []
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(2))
        for number, line in enumerate(block[2].splitlines(), first + 1):
            items.append(Item(f"{block[1]}: {line.partition('#')[0].rstrip()}", number, line))
    return items


def inline_commands(text: str) -> list[Item]:
    return find(INLINE, text, lambda match: match[1])


def links(text: str) -> list[Item]:
    return find(LINK, text, lambda match: match[1])


def figures(text: str) -> list[Item]:
    """Numbers in their order. 2,2 is 2.2, and .5 is 0.5."""
    return find(FIGURE, text, lambda match: _normalise(match[0]))


def _normalise(figure: str) -> str:
    figure = figure.replace(",", ".")
    return f"0{figure}" if figure.startswith(".") else figure


def differences(english: list[Item], spanish: list[Item]) -> list[str]:
    """What one of the documents has and the other has not, at the same place."""
    ours, theirs = [item.value for item in english], [item.value for item in spanish]
    found: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "equal":
            found += [f"only README.md has {item}" for item in english[a:b]]
            found += [f"only README.es.md has {item}" for item in spanish[c:d]]
    return found


@pytest.mark.parametrize("parts", [headings, blocks, inline_commands, links, figures])
def test_both_readmes_have_the_same(parts: Callable[[str], list[Item]]):
    one, two = (parts(path.read_text(encoding="utf-8")) for path in (ENGLISH, SPANISH))
    assert one
    if parts is links:  # each links the other
        one = [item for item in one if item.value != SPANISH.name]
        two = [item for item in two if item.value != ENGLISH.name]
    found = differences(one, two)
    assert not found, "\n".join([f"{parts.__name__} differ:", *found])


def test_each_readme_links_the_other_at_its_top():
    for path, other in ((ENGLISH, SPANISH), (SPANISH, ENGLISH)):
        top = path.read_text(encoding="utf-8").split("\n\n")[1]
        assert f"]({other.name})" in top


def test_a_difference_is_named_with_its_line():
    english = "# A\n\nIt takes 2.5 s and .5 GB.\n\n## B\n"
    spanish = "# A\n\nTarda 2,5 s y ocupa 0,6 GB.\n"
    assert differences(figures(english), figures(spanish)) == [
        "only README.md has '0.5' in line 3: It takes 2.5 s and .5 GB.",
        "only README.es.md has '0.6' in line 3: Tarda 2,5 s y ocupa 0,6 GB.",
    ]
    assert differences(headings(english), headings(spanish)) == [
        "only README.md has '##' in line 5: ## B"
    ]
