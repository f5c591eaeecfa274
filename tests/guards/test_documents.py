"""What the documents say stands: links, commands, glossary, the list of changes."""

import re
from pathlib import Path

import pytest

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\bmake ([a-z]+)\b(?=[^a-z]|$)")
CODE = re.compile(r"`([^`]+)`")
DOCUMENTS = (
    "README.md",
    "README.zh-CN.md",
    "DEVELOPERS.md",
    "CHANGELOG.md",
    "LICENSE",
    "docs/architecture.md",
    "docs/flows.md",
    "docs/glossary.md",
    "docs/articles.md",
)


@pytest.fixture(scope="session")
def pages(root: Path) -> dict[Path, str]:
    """The Markdown pages of the project, by path."""
    found = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {page: page.read_text(encoding="utf-8") for page in sorted(found)}


@pytest.fixture(scope="session")
def terms(root: Path) -> list[tuple[str, str, str, str]]:
    """The rows of the glossary: Chinese, English, word in the code, source."""
    rows = []
    for line in (root / "docs/glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and not set(cells[0]) <= set("-: ") and cells[0] != "中文":
            rows.append((cells[0], cells[1], cells[2], cells[3]))
    return rows


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_document_is_there_and_says_something(root: Path, document: str) -> None:
    assert len((root / document).read_text(encoding="utf-8")) > 200


def test_every_link_between_pages_leads_somewhere(pages: dict[Path, str]) -> None:
    dead = []
    for page, text in pages.items():
        for target in LINK.findall(_prose(text)):
            path, _, anchor = target.partition("#")
            if "://" in path or path.startswith("mailto:"):
                continue
            goal = (page.parent / path) if path else page
            if not goal.exists() or (anchor and anchor not in _anchors(goal)):
                dead.append(f"{page.name} -> {target}")
    assert dead == []


def test_every_make_command_a_page_names_stands_in_the_makefile(pages: dict[Path, str], root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (page.name, command)
        for page, text in pages.items()
        for code in [*CODE.findall(_prose(text)), *re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)]
        for command in COMMAND.findall(code)
    }
    assert {(page, command) for page, command in named if command not in targets} == set()
    assert {"demo", "test"} <= {command for page, command in named if page == "README.md"}
    assert {"demo", "test"} <= {command for page, command in named if page == "README.zh-CN.md"}


def test_every_make_command_is_explained_in_both_languages(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z]+):[^\n]* ## [^\n|]+ \| [^\n|]+$", makefile, re.MULTILINE)
    assert sorted(rules) == sorted(explained)


def test_the_glossary_gives_each_term_once_and_with_its_source(terms: list[tuple[str, str, str, str]]) -> None:
    assert len(terms) > 30
    assert [chinese for chinese, english, _, source in terms if not (chinese and english and source)] == []
    chinese = [row[0] for row in terms]
    assert sorted(term for term in chinese if chinese.count(term) > 1) == []


def test_a_word_the_glossary_gives_for_the_code_is_used_there(
    terms: list[tuple[str, str, str, str]], root: Path, packages: tuple[str, ...]
) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for name in packages for path in (root / name).rglob("*.py"))
    words = set(re.findall(r"\w+", source))
    given = {word for _, _, code, _ in terms for word in CODE.findall(code)}
    assert sorted(word for word in given if not set(re.findall(r"\w+", word)) <= words) == []


def test_every_security_promise_names_code_and_a_test_that_exist(root: Path) -> None:
    text = (root / "DEVELOPERS.md").read_text(encoding="utf-8").partition("## Security promises")[2]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 20
    for row in rows:
        promise, code, test = (cell.strip() for cell in row.strip("|").split("|"))
        for path in CODE.findall(code):
            assert (root / path).is_file(), f"{promise}: no {path}"
        for path, _, name in (named.partition("::") for named in CODE.findall(test)):
            assert f"def {name}(" in (root / path).read_text(encoding="utf-8"), f"{promise}: no {path}::{name}"


def test_the_list_of_changes_opens_with_what_is_unreleased(root: Path) -> None:
    headings = re.findall(r"^## (.+)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    assert headings[0].startswith("[Unreleased]")


def test_decisions_are_numbered_dated_and_say_what_follows(root: Path) -> None:
    decisions = sorted((root / "docs/adr").glob("*.md"))
    numbers = [page.name[:4] for page in decisions]
    assert numbers == sorted(set(numbers))
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert re.search(r"\d{4}-\d{2}-\d{2}", text), f"{page.name} has no date"
        for part in ("## Context", "## Decision", "## Consequence"):
            assert part in text, f"{page.name} lacks {part}"


def _prose(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
