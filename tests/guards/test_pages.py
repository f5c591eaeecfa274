"""Drawings and lists in the documentation are what the code's own tables say."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.pages import MOVES, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_code_would_write(root: Path, name: str) -> None:
    assert (root / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), f"docs/{name} is stale: make docs"


def test_every_table_of_moves_is_drawn(trees: Mapping[str, ast.Module]) -> None:
    tables = {
        node.target.id
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id.endswith("_MOVES")
    }
    assert tables == set(MOVES)


def test_every_move_begins_where_something_can_be() -> None:
    for name, (_, _, _, begin, moves) in MOVES.items():
        reached = {begin} | set(moves.values())
        assert [(start, move) for start, move in moves if start not in reached] == [], name
