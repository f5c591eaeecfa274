"""A result comes in the form asked for; a list comes page by page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import CursorUnknown, NotAcceptable
from api.formats import chosen
from api.languages import preferred
from api.listing import page
from sandbox.results import Format


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Format.JSON),
        ("*/*", Format.JSON),
        ("application/json", Format.JSON),
        ("text/csv", Format.CSV),
        ("text/*", Format.CSV),
        ("text/html, text/csv;q=0.9, */*;q=0.1", Format.CSV),
        (f"{Format.PARQUET.media_type}, application/json;q=0.1", Format.PARQUET),
        (Format.ARROW.media_type.upper(), Format.ARROW),
    ],
)
def test_the_form_most_wanted_is_chosen(accept: str | None, form: Format) -> None:
    assert chosen(accept) is form


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "nonsense"])
def test_a_form_that_does_not_exist_is_refused_with_those_that_do(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        chosen(accept)
    assert "text/csv" in refused.value.remedy("en")


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
