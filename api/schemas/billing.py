"""Tariffs, usage and statements as the API tells of them; money is whole fen."""

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.billing import Line, Meter, Tariff, Tier
from policies.model.statements import Statement

MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class TierAsked(Asked):
    """Units up to `up_to` cost so many fen each; the last tier has no end."""

    up_to: int | None = Field(default=None, ge=1, examples=[1000])
    fen: int = Field(ge=0, examples=[50])


class TariffAsked(Asked):
    """Prices by meter: answered queries, released products, months, rows of answers. None: free of charge."""

    prices: dict[Meter, list[TierAsked]] = Field(
        default={}, examples=[{"call": [{"up_to": 1000, "fen": 50}, {"fen": 20}], "month": [{"fen": 100000}]}]
    )

    def value(self) -> Tariff:
        """The tariff."""
        return Tariff(
            {
                meter: tuple(Tier(up_to=tier.up_to, fen=tier.fen) for tier in tiers)
                for meter, tiers in self.prices.items()
            }
        )


class StatementAsked(Asked):
    """The month it is for."""

    month: str = Field(pattern=MONTH, examples=["2026-10"])


class LineTold(Told):
    """Units of one meter, what they cost, and the digest over the ids (sorted, a line each) of the events counted."""

    meter: str = Field(examples=["call"])
    units: int
    fen: int
    events: int
    digest: str

    @classmethod
    def of(cls, line: Line) -> "LineTold":
        """The line as it is told."""
        return cls(meter=line.meter.value, units=line.units, fen=line.fen, events=line.events, digest=line.digest)


class StatementTold(Told):
    """What an agreement's use came to in a month."""

    id: str
    agreement: str
    month: str = Field(examples=["2026-10"])
    state: str = Field(examples=["issued"])
    fen: int
    lines: list[LineTold]
    reason: str

    @classmethod
    def of(cls, found: Statement) -> "StatementTold":
        """The statement as it is told."""
        return cls(
            id=found.id,
            agreement=found.agreement,
            month=found.month,
            state=found.state.value,
            fen=found.fen,
            lines=[LineTold.of(line) for line in found.lines],
            reason=found.reason,
        )
