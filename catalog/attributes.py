"""What a catalog entry says of a resource beside its columns (Sharing Measure, Articles 6, 9, 15 and 22)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sharing(StrEnum):
    """How departments may share it (共享属性; Sharing Measure, Article 15)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_YET = "not_yet"


class Opening(StrEnum):
    """How it is open to the public (开放属性; Sharing Measure, Article 22)."""

    OPEN = "open"
    ON_APPLICATION = "on_application"
    CLOSED = "closed"


class Condition(StrEnum):
    """What opening on application may ask of whoever applies (Sharing Measure, Article 24)."""

    SCENARIO = "scenario"
    FEEDBACK = "feedback"
    TECHNICAL = "technical"
    CREDIT = "credit"


SHARING_WORDS = {
    Sharing.UNCONDITIONAL: ("无条件共享", "shared without conditions"),
    Sharing.CONDITIONAL: ("有条件共享", "shared on conditions"),
    Sharing.NOT_YET: ("暂不共享", "not shared yet"),
}
OPENING_WORDS = {
    Opening.OPEN: ("普遍开放", "open to all"),
    Opening.ON_APPLICATION: ("依申请开放", "open on application"),
    Opening.CLOSED: ("不予开放", "not opened"),
}


@dataclass(frozen=True, slots=True)
class Attributes:
    """The entry's own attributes; what is empty was not said.

    `sharing_basis`: the conditions of conditional sharing, or the law or policy that what is not shared yet relies on
    (Sharing Measure, Articles 17 and 18). `covers`: the days its rows are about, first and last. `authorised`: whether
    it is permitted for authorised operation (可授权运营); what is not cannot be listed in the development catalog.
    """

    code: str = ""
    subject: str = ""
    industry: str = ""
    tags: tuple[str, ...] = ()
    format: str = ""
    sharing: Sharing | None = None
    sharing_basis: str = ""
    opening: Opening | None = None
    opening_conditions: frozenset[Condition] = frozenset()
    covers: tuple[date, date] | None = None
    authorised: bool = True


UNSAID = Attributes()
"""Nothing is said."""


def told(attributes: Attributes) -> dict[str, object]:
    """The attributes in plain values, in a fixed order, as they are published and digested."""
    return {
        "code": attributes.code,
        "subject": attributes.subject,
        "industry": attributes.industry,
        "tags": list(attributes.tags),
        "format": attributes.format,
        "sharing": attributes.sharing and attributes.sharing.value,
        "sharing_basis": attributes.sharing_basis,
        "opening": attributes.opening and attributes.opening.value,
        "opening_conditions": sorted(condition.value for condition in attributes.opening_conditions),
        "covers": attributes.covers and [day.isoformat() for day in attributes.covers],
        "authorised": attributes.authorised,
    }
