"""The table of articles covers the law, says one of three things of each row, and names only what exists."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api import routes as package

STATES = {"`REST`", "`partly`", "`not yet`"}
MEASURE = {f"M {number}" for number in (4, *range(6, 26))}
SHARING = {"S 6, 9", "S 10", "S 13", "S 14", "S 19", "S 22-24"}
CALL = re.compile(r"`(GET|POST|PUT|DELETE) (/[^` ]+)`")


@pytest.fixture(scope="module")
def rows(root: Path) -> list[list[str]]:
    """Article, what it asks, state, what stands, tests."""
    lines = (root / "docs/articles.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [MS] \d", line)]
    assert all(len(row) == 5 for row in cells)
    return cells


def test_every_article_that_asks_something_of_the_software_has_one_row(rows: list[list[str]]) -> None:
    assert sorted(row[0] for row in rows) == sorted(MEASURE | SHARING)


def test_each_row_is_in_one_of_the_three_states(rows: list[list[str]]) -> None:
    assert [row[0] for row in rows if row[2] not in STATES] == []


def test_what_is_said_to_stand_is_tested_and_what_is_partly_done_says_what_is_missing(rows: list[list[str]]) -> None:
    assert [row[0] for row in rows if row[2] != "`not yet`" and "](../tests/" not in row[4]] == []
    assert [row[0] for row in rows if (row[2] == "`partly`") is not ("Missing:" in row[3])] == []


def test_every_call_the_table_names_is_a_route(rows: list[list[str]], routes: set[tuple[str, str]]) -> None:
    named = {(method, path) for row in rows for method, path in CALL.findall(row[3])}
    assert named
    assert sorted(named - routes) == []


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    """Method and path, below the API's prefix, of every route."""
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    routers = [value for module in modules for value in vars(module).values() if isinstance(value, APIRouter)]
    paths = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in paths for method in route.methods}
