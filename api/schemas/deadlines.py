"""Deadlines, contacts and reminders as the API tells of them."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.model.reminders import Reminder
from policies.owed import Owed


class OwedTold(Told):
    """One act owed, by when, and how urgent it is."""

    noun: str = Field(examples=["application"])
    id: str
    act: str = Field(examples=["decide"])
    by: str | None
    due_at: datetime
    provisional: bool
    colour: str = Field(examples=["amber"])

    @classmethod
    def of(cls, owed: Owed, at: datetime) -> "OwedTold":
        """What is owed, as it is told."""
        return cls(
            noun=owed.noun,
            id=owed.id,
            act=owed.act,
            by=owed.by,
            due_at=owed.due,
            provisional=owed.provisional,
            colour=owed.colour(at=at).value,
        )


class ContactAsked(Asked):
    """Where to be reminded; an empty address is a way that is not used."""

    email: str = Field(default="", max_length=254, examples=["duty@operator.example"])
    webhook: str = Field(default="", max_length=500, examples=["https://operator.example/reminders"])


class ContactTold(Told):
    """Where an organisation is reminded."""

    email: str
    webhook: str


class ReminderTold(Told):
    """A reminder, whether it was taken, and how often it was tried."""

    id: str
    to: str
    channel: str = Field(examples=["email"])
    title: str
    state: str = Field(examples=["sent"])
    tries: int
    next_at: datetime | None

    @classmethod
    def of(cls, found: Reminder) -> "ReminderTold":
        """The reminder as it is told."""
        return cls(
            id=found.id,
            to=found.to,
            channel=found.channel.value,
            title=found.title,
            state=found.state.value,
            tries=found.tries,
            next_at=found.next_at,
        )
