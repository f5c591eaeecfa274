"""Matters on their courses, as the API tells of them."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.model.matters import Matter


class ActAsked(Asked):
    """What is said with an act; everything that is missing is named at once."""

    said: dict[str, str] = Field(default={}, max_length=16, examples=[{"reason": "材料齐全，情况属实"}])


class MatterAsked(ActAsked):
    """What is said when a matter is opened, the ids it speaks of, and the day it is due where its opener names one."""

    about: dict[str, str] = Field(default={}, max_length=16, examples=[{"resource": "person"}])
    due_on: date | None = Field(default=None, examples=["2026-12-31"])


class StepTold(Told):
    """One act, and whether it was done after its time."""

    verb: str = Field(examples=["raise"])
    by: str
    organisation: str
    at: datetime
    said: dict[str, str]
    late: bool


class MatterTold(Told):
    """A matter, where it stands, by when the next act is due, and every act so far."""

    id: str
    state: str = Field(examples=["raised"])
    about: dict[str, str]
    opened_by: str
    opened_at: datetime
    due_at: datetime | None
    provisional: bool
    steps: list[StepTold]

    @classmethod
    def of(cls, found: Matter) -> "MatterTold":
        """The matter as it is told."""
        return cls(
            id=found.id,
            state=found.state,
            about=dict(found.about),
            opened_by=found.opened_by.organisation,
            opened_at=found.opened_at,
            due_at=found.due.at if found.due else None,
            provisional=found.due.provisional if found.due else False,
            steps=[StepTold.model_validate(step) for step in found.steps],
        )
