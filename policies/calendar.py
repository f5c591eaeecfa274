"""Working days of the official calendar, and deadlines counted in them (Measure, Article 12).

The yearly notices of the State Council's General Office are data (`notices/<year>.yaml`). Beyond what they say, a
guess is asked, and a deadline that rests on it is provisional.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from policies.errors import NoticeWrong

XIAMEN = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
NOTICES = Path(__file__).parent / "notices"
ONE_DAY = timedelta(days=1)
SATURDAY = 5


def day_of(at: datetime) -> date:
    """The day it is in Xiamen at that moment."""
    return at.astimezone(XIAMEN).date()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something, of which the end counts; `provisional` until the notice for it is out."""

    day: date
    provisional: bool = False

    @property
    def at(self) -> datetime:
        """The last moment in time: the end of the day in Xiamen."""
        return datetime.combine(self.day, time.max, XIAMEN)

    def passed(self, at: datetime) -> bool:
        """Whether it is too late at that moment."""
        return at > self.at


@dataclass(frozen=True, slots=True)
class Notice:
    """A yearly notice: days off beside ordinary weekends, weekend days that are worked, and how far it is certain."""

    year: int
    number: str
    days_off: frozenset[date]
    working_weekends: frozenset[date]
    known_through: date


@dataclass(frozen=True)
class WorkingDays:
    """The official calendar: notices of consecutive years, and a guess (is that day worked?) for all other years."""

    notices: tuple[Notice, ...]
    guess: Callable[[date], bool]

    def __post_init__(self) -> None:
        years = [notice.year for notice in self.notices]
        if not years or any(later != earlier + 1 for earlier, later in pairwise(years)):
            raise NoticeWrong("years", ", ".join(map(str, years)))

    @property
    def known_through(self) -> date:
        """The last day about which the notices leave no doubt."""
        return self.notices[-1].known_through

    def worked(self, day: date) -> bool:
        """Whether that day is a working day: by a notice, by the weekend in a year with one, else by the guess."""
        if day in self._working:
            return True
        if day in self._off:
            return False
        if self.notices[0].year <= day.year <= self.notices[-1].year:
            return day.weekday() < SATURDAY
        return self.guess(day)

    def known(self, day: date) -> bool:
        """Whether the notices settle what that day is."""
        return date(self.notices[0].year, 1, 1) <= day <= self.known_through

    def deadline(self, received: datetime, *, days: int) -> Deadline:
        """The end of the `days`-th working day after receipt, in Xiamen; the day of receipt is not counted.

        `ValueError` for less than one day or a moment without a time zone.
        """
        if days < 1 or received.tzinfo is None:
            raise ValueError("a deadline is counted in whole days from a moment with a time zone")
        first = last = day_of(received) + ONE_DAY
        left = days - self.worked(last)
        while left:
            last += ONE_DAY
            left -= self.worked(last)
        return Deadline(last, provisional=not (self.known(first) and self.known(last)))

    def left(self, at: datetime, deadline: Deadline) -> int:
        """How many working days of a deadline are left after the day it is now; at least one."""
        day, left = day_of(at), 0
        while day < deadline.day:
            day += ONE_DAY
            left += self.worked(day)
        return max(1, left)

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset().union(*(notice.days_off for notice in self.notices))

    @cached_property
    def _working(self) -> frozenset[date]:
        return frozenset().union(*(notice.working_weekends for notice in self.notices))


def read_notice(text: str, *, name: str) -> Notice:
    """A notice as its file writes it; raises `NoticeWrong` naming the file and the fault."""
    try:
        written = yaml.safe_load(text)
        notice = _notice(written)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise NoticeWrong(name, f"{type(fault).__name__}: {fault}") from None
    if both := notice.days_off & notice.working_weekends:
        raise NoticeWrong(name, "both off and worked: " + ", ".join(map(str, sorted(both))))
    if midweek := [day for day in sorted(notice.working_weekends) if day.weekday() < SATURDAY]:
        raise NoticeWrong(name, "worked, but no weekend: " + ", ".join(map(str, midweek)))
    return notice


def read_notices(folder: Path = NOTICES) -> tuple[Notice, ...]:
    """Every notice of a folder, by year; raises `NoticeWrong`."""
    files = sorted(folder.glob("*.yaml"))
    notices = (read_notice(file.read_text(encoding="utf-8"), name=file.name) for file in files)
    return tuple(sorted(notices, key=lambda notice: notice.year))


def _notice(written: Mapping[str, Any]) -> Notice:
    return Notice(
        year=int(written["year"]),
        number=str(written["number"]),
        days_off=frozenset(day for span in written["days_off"] for day in _days(span["from"], span["to"])),
        working_weekends=frozenset(_date(day) for day in written["working_weekends"]),
        known_through=_date(written["known_through"]),
    )


def _days(first: object, last: object) -> Iterable[date]:
    start, end = _date(first), _date(last)
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    return (start + timedelta(days=day) for day in range((end - start).days + 1))


def _date(written: object) -> date:
    if type(written) is not date:
        raise ValueError(f"not a date: {written}")
    return written
