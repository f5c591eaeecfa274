"""Names and texts as they may stand in SQL."""


def quoted(name: str) -> str:
    """A column's name as a quoted identifier; `ValueError` for one that no column can have.

    >>> quoted('月"收入')
    '"月""收入"'
    """
    if not name or "\0" in name:
        raise ValueError("no such column name")
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def literal(text: str) -> str:
    """A text as a quoted literal; `ValueError` for one with a zero character.

    >>> literal("it's")
    "'it''s'"
    """
    if "\0" in text:
        raise ValueError("a zero character in a text")
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
