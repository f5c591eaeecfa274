"""Values of a manifest, read strictly: each refusal names the place and what may stand there."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from catalog.errors import ManifestWrong

Word = TypeVar("Word", bound=StrEnum)


def known(row: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    """Refuses keys outside the known ones."""
    unknown = sorted(set(row) - keys)
    if unknown:
        listed, choice = ", ".join(unknown), ", ".join(sorted(keys))
        raise ManifestWrong(
            where, f"未知的键：{listed}；可用：{choice}", f"unknown keys: {listed}; known are: {choice}"
        )


def text(row: Mapping[str, Any], key: str, where: str) -> str | None:
    """The text under a key; `None` where nothing is said."""
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ManifestWrong(f"{where}.{key}", "应为文字", "must be text")
    return value


def flag(row: Mapping[str, Any], key: str, where: str, *, otherwise: bool = False) -> bool:
    """True or false under a key."""
    value = row.get(key, otherwise)
    if not isinstance(value, bool):
        raise ManifestWrong(f"{where}.{key}", "应为 true 或 false", "must be true or false")
    return value


def distinct(names: list[str], where: str, key: str) -> None:
    """Refuses names that stand more than once, in whatever case."""
    folded = [name.casefold() for name in names]
    doubled = sorted({name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1})
    if doubled:
        listed = ", ".join(doubled)
        raise ManifestWrong(f"{where}.{key}", f"重复：{listed}", f"stands more than once: {listed}")


def word(row: Mapping[str, Any], key: str, where: str, kind: type[Word]) -> Word | None:
    """One word of a list under a key."""
    said = text(row, key, where)
    if said is None:
        return None
    if said not in set(kind):
        choice = ", ".join(kind)
        raise ManifestWrong(f"{where}.{key}", f"应取自：{choice}", f"must be one of: {choice}")
    return kind(said)


def texts(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A list of texts under a key; empty where nothing is said."""
    said = row.get(key, [])
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise ManifestWrong(f"{where}.{key}", "应为文字的列表", "must be a list of texts")
    return tuple(said)


def days(row: Mapping[str, Any], key: str, where: str) -> tuple[date, date] | None:
    """A first and a last day under a key."""
    match row.get(key):
        case None:
            return None
        case [date() as first, date() as last] if first <= last:
            return first, last
        case _:
            raise ManifestWrong(f"{where}.{key}", "应为 [起始日, 截止日]", "write [first day, last day], in that order")
