"""Names of columns as they are written in a file, made fit to stand in SQL."""

import re
from collections.abc import Sequence

from catalog.errors import ColumnsUnclear

_OUTSIDE = re.compile(r"\W+")


def clean(file: str, written: Sequence[str]) -> tuple[str, ...]:
    """Lower-case names of letters (Chinese ones too), digits and underscores, in the file's order.

    Raises `ColumnsUnclear` where two would be the same, one would be empty, or one is reserved (`__key`).

    >>> clean("person.csv", ["ID_CARD", "月收入(元)", "2023年"])
    ('id_card', '月收入_元', '_2023年')
    """
    names = [_OUTSIDE.sub("_", name.strip()).strip("_" if _OUTSIDE.search(name.strip()) else "") for name in written]
    names = [f"_{name}" if name[:1].isdigit() else name for name in map(str.lower, names)]
    unclear = tuple(
        place
        for place, name in enumerate(names, 1)
        if not name or name.startswith("__") or names.index(name) != place - 1
    )
    if unclear or not names:
        raise ColumnsUnclear(file, unclear or (1,))
    return tuple(names)
