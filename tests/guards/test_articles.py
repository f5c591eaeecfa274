"""The table of articles covers the law, claims no more than code and tests show, and names only what exists."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api import routes as package
from tools.articles import PATHS, Evidence, Row, State, overclaims, rows, shown

MEASURE = {f"M {number}" for number in (4, *range(6, 26))}
SHARING = {"S 6, 9", "S 10", "S 13", "S 14", "S 19", "S 22-24"}
CALL = re.compile(r"`(GET|POST|PUT|DELETE) (/[^` ]+)`")
EVIDENCE = shown()
DONE = Row("M 99", "", "", State.REST)


def test_every_article_that_asks_something_of_the_software_has_one_row() -> None:
    assert sorted(row.article for row in rows()) == sorted(MEASURE | SHARING)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.article)
def test_no_row_claims_more_than_its_code_and_tests_show(row: Row) -> None:
    assert list(overclaims(row, EVIDENCE)) == []


def test_marks_name_an_article_of_the_table_and_a_path() -> None:
    known = {article for row in rows() for article in row.articles}
    assert [key for key in EVIDENCE.tests if key[0] not in known or key[1] not in PATHS] == []


def test_every_call_the_table_names_is_a_route() -> None:
    named = {(method, path) for row in rows() for method, path in CALL.findall(row.stands)}
    assert named
    assert sorted(named - _routes()) == []


@pytest.mark.parametrize(
    ("modules", "tests", "fault"),
    [
        ({}, {("M 99", "allowed"): ("t",), ("M 99", "refused"): ("t",)}, "no code cites it"),
        ({"M 99": frozenset({"m"})}, {("M 99", "allowed"): ("t",)}, "refused path"),
        ({"M 99": frozenset({"m"})}, {("M 99", "refused"): ("t",)}, "allowed path"),
        ({"M 99": frozenset({"m"})}, {}, "no test is marked for it"),
    ],
)
def test_a_row_that_claims_to_be_done_and_is_not_is_found(
    modules: dict[str, frozenset[str]], tests: dict[tuple[str, str], tuple[str, ...]], fault: str
) -> None:
    assert any(fault in said for said in overclaims(DONE, Evidence(modules, {}, tests)))


def _routes() -> set[tuple[str, str]]:
    """Method and path, below the API's prefix, of every route."""
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    values = [value for module in modules for value in vars(module).values()]
    several = [part for value in values if isinstance(value, tuple) for part in value]
    routers = [value for value in (*values, *several) if isinstance(value, APIRouter)]
    paths = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in paths for method in route.methods}
