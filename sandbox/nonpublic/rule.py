"""The access rule for non-public data (Article 14): what may be brought in, by which right, within which limits."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from masking.errors import Flaw, RulesUnreadable
from masking.model import IDENTIFIERS, Kind

DEFAULT = Path(__file__).with_name("default.yaml")
LONGEST = 100_000  # characters; a rule is read by people
ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")


class Format(StrEnum):
    """Forms of files."""

    CSV = "csv"
    PARQUET = "parquet"


class Right(StrEnum):
    """By what right somebody may bring data in."""

    OWN = "own"
    LICENSED = "licensed"
    PUBLISHED = "published"
    CONSENTED = "consented"


BOUNDS: Mapping[str, tuple[int, int]] = {
    "bytes": (1, 4 << 30),
    "rows": (1, 10_000_000),
    "columns": (1, 200),
    "files": (1, 100),
}
"""What a rule may set each limit to."""
LISTS = ("formats", "rights", "withheld_kinds")
KEYS = frozenset({"name", "edition", "title", "basis", "most", *LISTS})


@dataclass(frozen=True)
class AccessRule:
    """One edition of the rule. `most` holds the limits of one file and the number of files of one agreement;
    columns taken for one of `withheld_kinds` are not taken in."""

    name: str
    edition: str
    title: Mapping[str, str]
    basis: tuple[str, ...]
    formats: frozenset[Format]
    rights: frozenset[Right]
    most: Mapping[str, int]
    withheld_kinds: frozenset[Kind]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical text."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The rule as one JSON text that two equal rules share."""
        said = {**asdict(self), **{name: sorted(getattr(self, name)) for name in LISTS}}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def access_rule(text: str) -> AccessRule:
    """The rule a YAML (or canonical JSON) text holds; raises `RulesUnreadable` with every flaw and its place."""
    if len(text) > LONGEST:
        raise RulesUnreadable([Flaw("-", f"超过 {LONGEST} 个字符", f"longer than {LONGEST} characters")])
    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise RulesUnreadable([Flaw("-", "不是合法的 YAML", "not YAML")]) from None
    if not isinstance(said, dict):
        raise RulesUnreadable([Flaw("-", "应为键值结构", "must be a mapping")])
    if flaws := list(wrong(said)):
        raise RulesUnreadable(flaws)
    return AccessRule(
        name=said["name"],
        edition=said["edition"],
        title=said["title"],
        basis=tuple(said["basis"]),
        formats=frozenset(map(Format, said["formats"])),
        rights=frozenset(map(Right, said["rights"])),
        most=said["most"],
        withheld_kinds=frozenset(map(Kind, said["withheld_kinds"])),
    )


def default_rule() -> AccessRule:
    """The rule a platform may start with; still to be approved."""
    return access_rule(DEFAULT.read_text(encoding="utf-8"))


def wrong(said: Mapping[Any, Any]) -> Iterator[Flaw]:
    """Everything that is wrong with a rule."""
    for key in sorted(map(str, said.keys() - KEYS)):
        yield Flaw(key, "不认识的内容", "is not known here")
    for key in ("name", "edition"):
        if not (isinstance(said.get(key), str) and ID.fullmatch(said[key])):
            yield Flaw(key, "应为小写字母、数字、点和连字符", "must be lower-case letters, digits, dots, hyphens")
    title = said.get("title")
    both = isinstance(title, dict) and title.keys() == {"zh", "en"}
    if not (both and all(isinstance(text, str) for text in said["title"].values())):
        yield Flaw("title", "应有 zh 与 en 两种文字", "must say it in zh and in en")
    if not (isinstance(said.get("basis"), list) and all(isinstance(text, str) for text in said["basis"])):
        yield Flaw("basis", "应为文字的列表", "must be a list of texts")
    yield from unlisted("formats", said.get("formats"), Format)
    yield from unlisted("rights", said.get("rights"), Right)
    yield from unlisted("withheld_kinds", said.get("withheld_kinds"), Kind)
    yield from beyond(said)
    kinds = said.get("withheld_kinds")
    for kind in sorted(IDENTIFIERS - set(kinds if isinstance(kinds, list) else [])):
        yield Flaw("withheld_kinds", f"直接标识 {kind} 必须列入", f"the identifier {kind} must be among them")


def beyond(said: Mapping[Any, Any]) -> Iterator[Flaw]:
    """Limits that are missing or beyond what a rule may set."""
    most = said.get("most")
    for name, (low, high) in BOUNDS.items():
        value = most.get(name) if isinstance(most, dict) else None
        if type(value) is not int or not low <= value <= high:
            yield Flaw(f"most.{name}", f"应为 {low} 至 {high} 的整数", f"must be a whole number from {low} to {high}")


def unlisted(place: str, said: object, words: type[StrEnum]) -> Iterator[Flaw]:
    """A list that is none, is empty, or names what is not known."""
    known = ", ".join(words)
    if not (isinstance(said, list) and said and all(isinstance(word, str) and word in set(words) for word in said)):
        yield Flaw(place, f"应为 {known} 中若干项的列表", f"must be a list out of {known}")
