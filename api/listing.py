"""Lists a page at a time: a cursor names the last thing seen, so that what arrives meanwhile moves nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import Query

from api.errors import CursorUnknown
from policies.errors import NoSuch

Item = TypeVar("Item")

LONGEST = 200
Cursor = Annotated[str | None, Query(description="上一页返回的 next / `next` of the page before", max_length=512)]
Limit = Annotated[int, Query(ge=1, le=LONGEST, description="每页条数 / items a page")]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and, unless they are the last, where to go on."""

    items: tuple[Item, ...]
    next: str | None


def page(items: Sequence[Item], *, key: Callable[[Item], str], cursor: str | None, limit: int) -> Page[Item]:
    """The items after the cursor's, at most `limit`; raises `CursorUnknown`.

    >>> first = page(["a", "b", "c"], key=str, cursor=None, limit=2)
    >>> first.items, page(["a", "b", "c"], key=str, cursor=first.next, limit=2).items
    (('a', 'b'), ('c',))
    """
    start = 0
    if cursor is not None:
        seen = _opened(cursor)
        places = [place for place, item in enumerate(items) if key(item) == seen]
        if not places:
            raise CursorUnknown
        start = places[0] + 1
    shown = tuple(items[start : start + limit])
    more = start + limit < len(items)
    return Page(shown, _closed(key(shown[-1])) if shown and more else None)


def _closed(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorUnknown from None


def at_of(cursor: str | None) -> datetime | None:
    """The moment that a cursor of a list by time names; raises `CursorUnknown`."""
    if cursor is None:
        return None
    try:
        return datetime.fromisoformat(_opened(cursor)).astimezone(UTC)
    except ValueError:
        raise CursorUnknown from None


def after(found: Sequence[Item], *, limit: int, at: Callable[[Item], datetime]) -> Page[Item]:
    """A page out of one item more than a page, where the list is by time, the newest first."""
    shown = tuple(found[:limit])
    return Page(shown, _closed(at(shown[-1]).isoformat()) if len(found) > limit else None)


Identified = TypeVar("Identified", bound="HasId")


class HasId(Protocol):
    """Anything on record."""

    @property
    def id(self) -> str:
        """Its id."""


def paged(fetch: Callable[[str | None, int], Sequence[Identified]], cursor: str | None, limit: int) -> Page[Identified]:
    """A page asked of the database: `fetch` gets the id to go on after and how many at most; raises `CursorUnknown`."""
    try:
        found = fetch(None if cursor is None else _opened(cursor), limit + 1)
    except NoSuch:
        raise CursorUnknown from None
    shown = tuple(found[:limit])
    return Page(shown, _closed(shown[-1].id) if len(found) > limit else None)
