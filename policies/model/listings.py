"""Imported lists of the seriously dishonest and of incidents made public (Measure, Article 15 (4) and (5))."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor
from policies.errors import MaterialFlawed
from policies.flaws import Flaw, unsaid
from policies.model.parties import Organisation
from policies.model.recorded import Recorded, moved

CreditListId = NewType("CreditListId", str)

INCIDENT_YEARS = 3
"""How long an incident that was made public counts."""


class ListKind(StrEnum):
    """What a list is of."""

    DISHONEST = "dishonest"
    INCIDENT = "publicised_incident"


class CreditListState(StrEnum):
    """Whether a list is the latest of its kind."""

    CURRENT = "current"
    SUPERSEDED = "superseded"


class CreditListMove(StrEnum):
    """What happens to it."""

    SUPERSEDE = "supersede"


CREDIT_LIST_MOVES: Mapping[tuple[CreditListState, CreditListMove], CreditListState] = {
    (CreditListState.CURRENT, CreditListMove.SUPERSEDE): CreditListState.SUPERSEDED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One subject on a list, by unified social credit code, since a day, by a notice."""

    code: str
    since: date
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class CreditList(Recorded):
    """One edition of a list, whole, with where it comes from."""

    thing: ClassVar[str] = "credit_list"

    id: CreditListId
    kind: ListKind
    edition: str
    source: str
    listings: tuple[Listing, ...]
    state: CreditListState = CreditListState.CURRENT

    @classmethod
    def bring_in(
        cls, kind: ListKind, edition: str, source: str, listings: tuple[Listing, ...], *, by: Actor, at: datetime
    ) -> "CreditList":
        """Take an edition in; raises `MaterialFlawed` where edition, source or a code is not said."""
        unnamed = {f"listings.{place}.code": listing.code for place, listing in enumerate(listings)}
        if flaws := unsaid({"edition": edition, "source": source} | unnamed):
            raise MaterialFlawed(flaws)
        id = CreditListId(f"{kind}.{edition}")
        found = cls(id=id, kind=kind, edition=edition, source=source, listings=listings)
        facts = {"list": kind.value, "edition": edition, "title": source, "records": len(listings)}
        return replace(found, news=found.telling("credit.imported", by=by, at=at, **facts))

    def supersede(self, *, by: Actor, at: datetime) -> Self:
        """A later edition takes its place; raises `MoveNotAllowed`."""
        state = moved(CREDIT_LIST_MOVES, self.state, CreditListMove.SUPERSEDE, thing=self.thing, id=self.id)
        facts = {"list": self.kind.value, "edition": self.edition}
        return replace(self, state=state, news=self.telling("credit.superseded", by=by, at=at, **facts))


def listed_flaws(organisation: Organisation, lists: Iterable[CreditList], *, on: date) -> Iterator[Flaw]:
    """Why an organisation that stands on a list does not meet its conditions on that day."""
    for found in lists:
        for listing in found.listings:
            if not organisation.code or listing.code != organisation.code or listing.since > on:
                continue
            if found.kind is ListKind.DISHONEST:
                yield _flaw(
                    "credit", "列入严重违法失信主体名单", "is on the list of the seriously dishonest", found, listing
                )
            elif on < _years_later(listing.since):
                yield _flaw("no_incident", "3年内被公开通报", "was publicised within 3 years", found, listing)


def _years_later(day: date) -> date:
    """The same day three years on; the day after it where there is none.

    >>> _years_later(date(2024, 2, 29))
    datetime.date(2027, 3, 1)
    """
    try:
        return day.replace(year=day.year + INCIDENT_YEARS)
    except ValueError:
        return date(day.year + INCIDENT_YEARS, 3, 1)


def _flaw(place: str, zh: str, en: str, found: CreditList, listing: Listing) -> Flaw:
    return Flaw(
        f"listed-{found.kind.value.replace('_', '-')}",
        place,
        {
            "zh": f"自 {listing.since} 起{zh}（{found.source}，{found.edition}）",
            "en": f"{en} since {listing.since} ({found.source}, {found.edition})",
        },
        {"zh": "移出名单或期满之后再申请", "en": "apply once it is off the list or the time is over"},
    )
