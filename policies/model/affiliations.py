"""Who owns whom: an operator's affiliates may not re-develop, nobody decides for an affiliate (Articles 3 and 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, Fact, OrganisationId
from policies.errors import MaterialFlawed
from policies.flaws import Flaw
from policies.model.recorded import News, Recorded, moved, require_said

AffiliationId = NewType("AffiliationId", str)


class AffiliationState(StrEnum):
    """Whether the link stands."""

    STANDING = "standing"
    ENDED = "ended"


class AffiliationMove(StrEnum):
    """What is done about it."""

    END = "end"


AFFILIATION_MOVES: Mapping[tuple[AffiliationState, AffiliationMove], AffiliationState] = {
    (AffiliationState.STANDING, AffiliationMove.END): AffiliationState.ENDED,
}


@dataclass(frozen=True, kw_only=True)
class Affiliation(Recorded):
    """One organisation owns or controls another, on some basis: a share, a contract, one head of both."""

    thing: ClassVar[str] = "affiliation"

    id: AffiliationId
    owner: OrganisationId
    owned: OrganisationId
    basis: str
    state: AffiliationState = AffiliationState.STANDING

    def recorded(self, *, by: Actor, at: datetime) -> Self:
        """Put it on record; raises `MaterialFlawed` without a basis, or of an organisation with itself."""
        require_said(basis=self.basis)
        if self.owner == self.owned:
            raise MaterialFlawed([_SAME])
        return replace(self, news=self._news("affiliation.recorded", by=by, at=at, reason=self.basis))

    def end(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """It no longer stands; raises `MoveNotAllowed`, `MaterialFlawed` without a reason."""
        state = moved(AFFILIATION_MOVES, self.state, AffiliationMove.END, thing=self.thing, id=self.id)
        require_said(reason=reason)
        return replace(self, state=state, news=self._news("affiliation.ended", by=by, at=at, reason=reason))

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        return self.telling(kind, by=by, at=at, parties=(self.owner, self.owned), **facts)


def related(organisation: OrganisationId, links: Iterable[Affiliation]) -> frozenset[OrganisationId]:
    """An organisation with all that standing links tie it to, over any number of steps, in either direction."""
    standing = [link for link in links if link.state is AffiliationState.STANDING]
    found, before = {organisation}, set[OrganisationId]()
    while found != before:
        before = set(found)
        for link in standing:
            if {link.owner, link.owned} & found:
                found |= {link.owner, link.owned}
    return frozenset(found)


_SAME = Flaw(
    "affiliation-with-itself",
    "owned",
    {"zh": "两方是同一组织", "en": "both are one organisation"},
    {"zh": "写明两个不同组织", "en": "name two organisations"},
)
