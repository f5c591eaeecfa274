"""A result comes in the form asked for, with the same names and figures in each; a list comes page by page."""

import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv, ipc, parquet

from api.errors import CursorUnknown, NotAcceptable
from api.formats import ARROW, CSV, JSON, PARQUET, chosen, table_as_json, written
from api.languages import preferred
from api.listing import page

TABLE = pa.table(
    {
        "区": ["思明区", "湖里区", None],
        "n": [12, None, 30],
        "mean": [1.5, float("nan"), None],
        "since": [date(2026, 1, 2), None, None],
        "q": [[1.0, 2.0], None, [3.0, float("inf")]],
        "total": pa.array([Decimal("12.00"), Decimal("0.50"), None], pa.decimal128(18, 2)),
    }
)


def test_json_holds_columns_with_types_and_rows_in_order() -> None:
    told = table_as_json(TABLE)
    assert [column["name"] for column in told["columns"]] == ["区", "n", "mean", "since", "q", "total"]
    assert told["rows"][0] == ["思明区", 12, 1.5, "2026-01-02", [1.0, 2.0], 12]
    assert told["rows"][1] == ["湖里区", None, None, None, None, 0.5]
    assert told["rows"][2] == [None, 30, None, None, [3.0, None], None]


def test_an_empty_table_keeps_its_columns() -> None:
    assert table_as_json(TABLE.slice(0, 0)) == {"columns": table_as_json(TABLE)["columns"], "rows": []}


def test_parquet_and_arrow_hold_the_same_table() -> None:
    again = parquet.read_table(io.BytesIO(written(TABLE, PARQUET).body))
    assert table_as_json(again)["rows"] == table_as_json(TABLE)["rows"]
    assert table_as_json(ipc.open_stream(written(TABLE, ARROW).body).read_all()) == table_as_json(TABLE)


def test_csv_holds_names_and_figures() -> None:
    read = csv.read_csv(io.BytesIO(written(TABLE, CSV).body))
    assert read.column_names == TABLE.column_names
    assert read["n"].to_pylist() == [12, None, 30]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("text/html, text/csv;q=0.9, */*;q=0.1", CSV),
        (f"{PARQUET}, {JSON};q=0.1", PARQUET),
        (ARROW.upper(), ARROW),
    ],
)
def test_the_form_most_wanted_is_chosen(accept: str | None, media_type: str) -> None:
    assert chosen(accept) == media_type


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "nonsense"])
def test_a_form_that_does_not_exist_is_refused_with_those_that_do(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        chosen(accept)
    assert CSV in refused.value.remedy("en")


@given(st.lists(st.text(min_size=1), unique=True), st.integers(1, 9))
def test_pages_together_are_the_list(items: list[str], limit: int) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        part = page(items, key=str, cursor=cursor, limit=limit)
        seen += part.items
        cursor = part.next
        if cursor is None:
            break
    assert seen == items


@pytest.mark.parametrize("cursor", ["!", "YQ", "äöü", "____"])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(CursorUnknown):
        page(["b", "c"], key=str, cursor=cursor, limit=1)


@given(st.text())
def test_any_header_names_one_of_two_languages(header: str) -> None:
    assert preferred(header, default="zh") in {"zh", "en"}
