"""What each pattern finds in a window of records: pure functions over what was delivered, and the hour."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from logs.kinds import mentions
from logs.model import Sealed
from logs.monitoring.rule import Pattern, Rule

CHINA = timezone(timedelta(hours=8))
SATURDAY = 5
MOST_EVIDENCE = 50

_CONSTANT = re.compile(r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Finding:
    """More of something than is ordinary: about whom, how much, and the numbers of the records that show it."""

    rule: str
    subject: str
    measure: float
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to look at: the window's records in order, the hour, and when the platform was last heard of."""

    links: Sequence[Sealed]
    at: datetime
    heard_at: datetime | None = None


def findings(rule: Rule, seen: Seen) -> tuple[Finding, ...]:
    """What the rule finds among the records of its window."""
    since = seen.at - rule.window
    links = [link for link in seen.links if link.event.at > since and rule.concerns(link)]
    return tuple(PATTERNS[rule.pattern](rule, Seen(links, seen.at, seen.heard_at)))


def counted(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """More records than `most`."""
    for subject, links in _by(rule, seen.links):
        if len(links) > rule.most:
            yield _found(rule, subject, len(links), links)


def sliding(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Questions alike but for their constants, in more different ones than `most`: a bound that is being moved."""
    for subject, links in _by(rule, seen.links):
        for alike in _grouped(links, lambda link: shape(_sql(link))).values():
            different = len({constants(_sql(link)) for link in alike})
            if different > rule.most:
                yield _found(rule, subject, different, alike)


def narrow(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """More questions than `most` that name `constants` constants or more and bring back `rows` rows or fewer."""
    for subject, links in _by(rule, seen.links):
        probing = [
            link
            for link in links
            if len(constants(_sql(link))) >= rule.constants and _number(link, "rows") <= rule.rows
        ]
        if len(probing) > rule.most:
            yield _found(rule, subject, len(probing), probing)


def coverage(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """More columns than `most` asked about under one and the same set of constants."""
    for subject, links in _by(rule, seen.links):
        about = [link for link in links if len(constants(_sql(link))) >= rule.constants]
        for same in _grouped(about, lambda link: tuple(sorted(constants(_sql(link))))).values():
            columns = {column for link in same for column in _texts(link, "columns")}
            if len(columns) > rule.most and len(same) > 1:
                yield _found(rule, subject, len(columns), same)


def off_hours(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """More records than `most` at night or at the weekend, by Chinese time."""
    first, last = rule.hours
    late = [
        link
        for link in seen.links
        if (at := link.event.at.astimezone(CHINA)).weekday() >= SATURDAY or not first <= at.hour < last
    ]
    yield from counted(rule, Seen(late, seen.at))


def late(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """A lower share of decisions within their deadline than `least`, of more than `most`."""
    due = [(link, deadline) for link in seen.links if (deadline := _moment(link, "deadline")) is not None]
    missed = [link for link, deadline in due if link.event.at > deadline]
    if len(due) > rule.most and 1 - len(missed) / len(due) < rule.least:
        yield _found(rule, "log:deadlines", round(1 - len(missed) / len(due), 3), missed)


def silent(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Nothing heard of the platform for longer than the window."""
    if seen.heard_at is not None and seen.at - seen.heard_at > rule.window:
        yield Finding(rule.id, "log:platform", (seen.at - seen.heard_at) // timedelta(minutes=1), ())


PATTERNS: Mapping[Pattern, Callable[[Rule, Seen], Iterator[Finding]]] = {
    Pattern.COUNTED: counted,
    Pattern.SLIDING: sliding,
    Pattern.NARROW: narrow,
    Pattern.COVERAGE: coverage,
    Pattern.OFF_HOURS: off_hours,
    Pattern.LATE: late,
    Pattern.SILENT: silent,
}


def shape(sql: str) -> str:
    """A question without its constants, in one spelling.

    >>> shape("SELECT count(*)  FROM person WHERE age < 30 AND district = '思明区'")
    "select count(*) from person where age < ? and district = ?"
    """
    return _BLANK.sub(" ", _CONSTANT.sub("?", sql)).strip().rstrip(";").casefold()


def constants(sql: str) -> tuple[str, ...]:
    """The constants a question names, in order.

    >>> constants("WHERE age < 30 AND district = '思明区' GROUP BY t1")
    ('30', "'思明区'")
    """
    return tuple(_CONSTANT.findall(sql))


def _by(rule: Rule, links: Sequence[Sealed]) -> Iterable[tuple[str, list[Sealed]]]:
    """The records by what the rule counts by, as `what:id`."""
    if rule.by is None:
        return (("log:all", list(links)),)
    found: dict[str, list[Sealed]] = defaultdict(list)
    for link in links:
        for what, id in mentions(link.event):
            if what == rule.by:
                found[f"{what}:{id}"].append(link)
    return found.items()


def _grouped(links: Sequence[Sealed], key: Callable[[Sealed], object]) -> Mapping[object, list[Sealed]]:
    found: dict[object, list[Sealed]] = defaultdict(list)
    for link in links:
        found[key(link)].append(link)
    return found


def _found(rule: Rule, subject: str, measure: float, links: Sequence[Sealed]) -> Finding:
    return Finding(rule.id, subject, measure, tuple(link.seq for link in links[-MOST_EVIDENCE:]))


def _sql(link: Sealed) -> str:
    text = link.event.facts.get("sql")
    return text if isinstance(text, str) else ""


def _number(link: Sealed, fact: str) -> float:
    value = link.event.facts.get(fact)
    return value if isinstance(value, int | float) else 0


def _texts(link: Sealed, fact: str) -> tuple[str, ...]:
    value = link.event.facts.get(fact)
    return value if isinstance(value, tuple) else ()


def _moment(link: Sealed, fact: str) -> datetime | None:
    value = link.event.facts.get(fact)
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
