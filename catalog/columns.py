"""Names of columns as they are written in a file, made fit to stand in SQL."""

import re
from collections.abc import Sequence
from dataclasses import replace

from catalog.declared import DeclaredResource
from catalog.errors import ColumnsUnclear
from catalog.model import Derived, Link

_OUTSIDE = re.compile(r"\W+")


def clean(file: str, written: Sequence[str]) -> tuple[str, ...]:
    """Lower-case names of letters (Chinese ones too), digits and underscores, in the file's order.

    Raises `ColumnsUnclear` where two would be the same, one would be empty, or one is reserved (`__key`).

    >>> clean("person.csv", ["ID_CARD", "月收入(元)", "2023年"])
    ('id_card', '月收入_元', '_2023年')
    """
    names = [fit(name) for name in written]
    unclear = tuple(
        place
        for place, name in enumerate(names, 1)
        if not name or name.startswith("__") or names.index(name) != place - 1
    )
    if unclear or not names:
        raise ColumnsUnclear(file, unclear or (1,))
    return tuple(names)


def fit(name: str) -> str:
    """One name made fit; empty where nothing of it is left.

    >>> fit("Nearest Road"), fit("__key"), fit("()")
    ('nearest_road', '__key', '')
    """
    plain = name.strip().lower()
    if _OUTSIDE.search(plain):
        plain = _OUTSIDE.sub("_", plain).strip("_")
    return f"_{plain}" if plain[:1].isdigit() else plain


def fitted(declared: DeclaredResource) -> DeclaredResource:
    """The same with every column's name made fit, so that a manifest may write names as the file does."""
    unit = declared.privacy_unit
    return replace(
        declared,
        privacy_unit=fit(unit) if isinstance(unit, str) else unit,
        columns=tuple(
            replace(column, name=fit(column.name), derived=column.derived and _derived(column.derived))
            for column in declared.columns
        ),
        links=None
        if declared.links is None
        else tuple(Link(fit(link.column), link.resource, fit(link.target)) for link in declared.links),
    )


def _derived(derived: Derived) -> Derived:
    return Derived(fit(derived.column), derived.part)
