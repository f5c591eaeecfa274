"""Techniques on text: each says the same thing in SQL and in plain Python."""

import re
from dataclasses import dataclass

from masking.families import Family, Misshapen
from masking.quoting import literal

LONGEST_FILLING = 64
_UP_TO_DISTRICT = "^[^区县街道路巷镇乡村号小社园景校厂]{0,20}[区县]"
"""What comes before a district's ending names no street, village, estate, campus or works."""


@dataclass(frozen=True, slots=True)
class Show:
    """Nothing is changed."""

    families = frozenset(Family)

    def sql(self, operand: str) -> str:
        """The operand itself."""
        return operand

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The value itself."""
        del key
        return value


@dataclass(frozen=True, slots=True)
class Suppress:
    """Every value gives way to the same text, absent ones too; without a text, to nothing of the column's own type."""

    text: str | None = None
    families = frozenset(Family)

    def __post_init__(self) -> None:
        if self.text is not None and "\0" in self.text:
            raise Misshapen("text 含零字符", "text holds a zero character")

    def sql(self, operand: str) -> str:
        """The text, or `NULL` of the operand's type."""
        return f"CASE WHEN FALSE THEN {operand} END" if self.text is None else literal(self.text)

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The text, or `None`."""
        del value, key
        return self.text


@dataclass(frozen=True, slots=True)
class KeepEdges:
    """Keep the first and last characters and fill the middle; a value too short to hide anything is filled whole.

    `width` fixes the number of filling characters, so that they do not tell how long the value was.
    """

    left: int = 0
    right: int = 0
    filler: str = "*"
    width: int | None = None
    families = frozenset({Family.TEXT, Family.WHOLE})

    def __post_init__(self) -> None:
        if self.left < 0 or self.right < 0:
            raise Misshapen("left 与 right 不得为负", "left and right must not be negative")
        if len(self.filler) != 1 or self.filler == "\0":
            raise Misshapen("filler 应为一个字符", "filler must be one character")
        if self.width is not None and not 1 <= self.width <= LONGEST_FILLING:
            raise Misshapen(f"width 应为 1 至 {LONGEST_FILLING}", f"width must be from 1 to {LONGEST_FILLING}")

    def sql(self, operand: str) -> str:
        """Lengths are in characters, not bytes."""
        text = f"CAST({operand} AS VARCHAR)"
        kept = self.left + self.right
        middle, whole = self._filling(f"length({text}) - {kept}"), self._filling(f"length({text})")
        hidden = f"left({text}, {self.left}) || {middle} || right({text}, {self.right})"
        return f"CASE WHEN {text} IS NULL THEN NULL WHEN length({text}) > {kept} THEN {hidden} ELSE {whole} END"

    def _filling(self, count: str) -> str:
        return literal(self.filler * self.width) if self.width else f"repeat({literal(self.filler)}, {count})"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one value."""
        del key
        if value is None:
            return None
        text = str(value)
        hidden = len(text) - self.left - self.right
        if hidden <= 0:
            return self.filler * (self.width or len(text))
        return text[: self.left] + self.filler * (self.width or hidden) + text[len(text) - self.right :]


@dataclass(frozen=True, slots=True)
class Truncate:
    """Keep the first characters only."""

    length: int
    families = frozenset({Family.TEXT, Family.WHOLE})

    def __post_init__(self) -> None:
        if self.length < 0:
            raise Misshapen("length 不得为负", "length must not be negative")

    def sql(self, operand: str) -> str:
        """The left part in characters."""
        return f"left(CAST({operand} AS VARCHAR), {self.length})"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one value."""
        del key
        return None if value is None else str(value)[: self.length]


@dataclass(frozen=True, slots=True)
class UpToDistrict:
    """Keep an address down to its district or county; one that names none gives way to the text."""

    text: str = "*"
    families = frozenset({Family.TEXT})

    def __post_init__(self) -> None:
        if "\0" in self.text:
            raise Misshapen("text 含零字符", "text holds a zero character")

    def sql(self, operand: str) -> str:
        """The beginning up to 区 or 县, before any street or village is named."""
        found = f"nullif(regexp_extract({operand}, {literal(_UP_TO_DISTRICT)}), '')"
        return f"CASE WHEN {operand} IS NULL THEN NULL ELSE coalesce({found}, {literal(self.text)}) END"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one value."""
        del key
        if value is None:
            return None
        found = re.match(_UP_TO_DISTRICT, str(value))
        return found[0] if found else self.text
