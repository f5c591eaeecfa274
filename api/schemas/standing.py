"""Credit lists and ownership links as the API takes and tells of them."""

from datetime import date

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.model.affiliations import Affiliation
from policies.model.listings import CreditList, Listing, ListKind


class ListingAsked(Asked):
    """One subject, by unified social credit code."""

    code: str = Field(min_length=1, max_length=32, examples=["91350200MA2XN7DP07"])
    since: date = Field(examples=["2026-05-01"])
    notice: str = Field(default="", max_length=200, examples=["厦信〔2026〕12号"])


class CreditListAsked(Asked):
    """A whole edition of a list, with where it comes from."""

    kind: ListKind = Field(examples=["dishonest"])
    edition: str = Field(min_length=1, max_length=30, examples=["2026-11-25"])
    source: str = Field(min_length=1, max_length=200, examples=["信用中国"])
    listings: list[ListingAsked] = Field(default=[], max_length=1000)

    def values(self) -> tuple[Listing, ...]:
        """The subjects."""
        return tuple(Listing(code=each.code, since=each.since, notice=each.notice) for each in self.listings)


class CreditListTold(Told):
    """An edition of a list, and how many stand on it."""

    id: str = Field(examples=["dishonest.2026-11-25"])
    kind: str
    edition: str
    source: str
    state: str = Field(examples=["current"])
    listings: int

    @classmethod
    def of(cls, found: CreditList) -> "CreditListTold":
        """The list as it is told."""
        return cls(
            id=found.id,
            kind=found.kind.value,
            edition=found.edition,
            source=found.source,
            state=found.state.value,
            listings=len(found.listings),
        )


class AffiliationAsked(Asked):
    """Who owns or controls whom, and on what basis."""

    owner: str = Field(min_length=1, max_length=64, examples=["operator"])
    owned: str = Field(min_length=1, max_length=64, examples=["lujiang-data"])
    basis: str = Field(min_length=1, examples=["持股 60%"])


class AffiliationTold(Told):
    """An ownership link."""

    id: str
    owner: str
    owned: str
    basis: str
    state: str = Field(examples=["standing"])

    @classmethod
    def of(cls, found: Affiliation) -> "AffiliationTold":
        """The link as it is told."""
        return cls(id=found.id, owner=found.owner, owned=found.owned, basis=found.basis, state=found.state.value)
