"""What is owed by when: amber while little time is left, red once it is over and the bureau is told (Article 12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from logs.model import OrganisationId

ONE_DAY = timedelta(days=1)


class Colour(StrEnum):
    """How urgent it is."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """One act owed: on which thing, by whom (`None`: any operator), since when, by when, warned how early."""

    noun: str
    id: str
    act: str
    by: OrganisationId | None
    since: datetime
    due: datetime
    provisional: bool = False
    warned: timedelta | None = None

    def colour(self, *, at: datetime) -> Colour:
        """Red once it is over, amber in the last day, or in the last quarter of what takes less than four days.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
        >>> owed = Owed(noun="stop", id="s", act="report", by=None, since=noon, due=noon + timedelta(hours=12))
        >>> [owed.colour(at=noon + timedelta(hours=hours)).value for hours in (8, 9, 13)]
        ['green', 'amber', 'red']
        """
        if at > self.due:
            return Colour.RED
        warned = self.warned or min(ONE_DAY, (self.due - self.since) / 4)
        return Colour.AMBER if self.due - at <= warned else Colour.GREEN
