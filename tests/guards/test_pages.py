"""Drawings and lists in the documentation are what the code's own tables say."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.pages import MOVES, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_code_would_write(root: Path, name: str) -> None:
    assert (root / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), f"docs/{name} is stale: make docs"


def test_every_table_of_moves_is_drawn(trees: Mapping[str, ast.Module], root: Path) -> None:
    tables = {
        node.target.id: path
        for path, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id.endswith("_MOVES")
    }
    procedure = {name for name in tables if name in (root / "policies/charts.py").read_text(encoding="utf-8")}
    assert set(tables) == set(MOVES) | procedure
