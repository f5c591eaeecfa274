"""Reminders on their way out: queued once, sent by e-mail or webhook, tried again until they are (Article 12)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NewType, Protocol, Self

from logs.model import Actor, OrganisationId
from policies.errors import MaterialFlawed
from policies.flaws import Flaw
from policies.model.recorded import News, Recorded, moved

ReminderId = NewType("ReminderId", str)

LEASE = timedelta(minutes=5)
"""How long whoever sends a reminder has before somebody else tries."""
PATIENCE = timedelta(hours=1)
"""The longest wait between two tries; what cannot be delivered is tried for ever, and stays on the list."""
FIRST_WAIT = timedelta(seconds=30)


class Channel(StrEnum):
    """The way a reminder goes."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class ReminderState(StrEnum):
    """How far a reminder has come."""

    QUEUED = "queued"
    SENT = "sent"


class ReminderMove(StrEnum):
    """What happens to it."""

    SEND = "send"
    FAIL = "fail"


REMINDER_MOVES: Mapping[tuple[ReminderState, ReminderMove], ReminderState] = {
    (ReminderState.QUEUED, ReminderMove.SEND): ReminderState.SENT,
    (ReminderState.QUEUED, ReminderMove.FAIL): ReminderState.QUEUED,
}


@dataclass(frozen=True, kw_only=True)
class Contact(Recorded):
    """Where an organisation wants to be reminded."""

    thing: ClassVar[str] = "contact"

    id: OrganisationId
    email: str = ""
    webhook: str = ""

    def set(self, *, email: str, webhook: str, by: Actor, at: datetime) -> Self:
        """Say where; raises `MaterialFlawed` for an address that is none."""
        flaws = []
        if email and (email.count("@") != 1 or any(mark.isspace() or not mark.isprintable() for mark in email)):
            flaws.append(_flaw("email", "不是邮箱地址", "is no e-mail address"))
        if webhook and not webhook.startswith("https://"):
            flaws.append(_flaw("webhook", "应为 https 地址", "must be an https address"))
        if flaws:
            raise MaterialFlawed(flaws)
        channels = tuple(name for name, value in (("email", email), ("webhook", webhook)) if value)
        news = self.telling("contact.set", by=by, at=at, party=self.id, channels=channels)
        return replace(self, email=email, webhook=webhook, news=news)

    def addresses(self) -> Mapping[Channel, str]:
        """Each way with its address."""
        return {
            channel: address
            for channel, address in ((Channel.EMAIL, self.email), (Channel.WEBHOOK, self.webhook))
            if address
        }


@dataclass(frozen=True, kw_only=True)
class Reminder(Recorded):
    """A message about one thing to one organisation by one way; its id follows from them all, so it exists once."""

    thing: ClassVar[str] = "reminder"

    id: ReminderId
    about: str
    to: OrganisationId
    channel: Channel
    address: str
    title: str
    text: str
    state: ReminderState = ReminderState.QUEUED
    tries: int = 0
    next_at: datetime | None = None

    @classmethod
    def queue(
        cls,
        about: str,
        *,
        to: OrganisationId,
        channel: Channel,
        address: str,
        title: str,
        text: str,
        by: Actor,
        at: datetime,
    ) -> "Reminder":
        """Put it on its way."""
        number = hashlib.sha256(f"{about}/{to}/{channel}".encode()).hexdigest()[:32]
        reminder = cls(
            id=ReminderId(number),
            about=about,
            to=to,
            channel=channel,
            address=address,
            title=title,
            text=text,
            next_at=at,
        )
        return replace(reminder, news=reminder._told("reminder.queued", by=by, at=at))

    def claimed(self, *, by: Actor, at: datetime) -> Self:
        """Take it to send it: nobody else tries while the lease lasts."""
        return replace(self, next_at=at + LEASE, tries=self.tries + 1, news=self._told("reminder.tried", by=by, at=at))

    def sent(self, *, by: Actor, at: datetime) -> Self:
        """It was taken by the other side; raises `MoveNotAllowed`."""
        done = replace(self, state=self._moved(ReminderMove.SEND), next_at=None)
        return replace(done, news=done._told("reminder.sent", by=by, at=at))

    def failed(self, error: str, *, by: Actor, at: datetime) -> Self:
        """It was not; it is tried again, later each time. Raises `MoveNotAllowed`."""
        wait = min(PATIENCE, FIRST_WAIT * 2 ** min(self.tries, 10))
        again = replace(self, state=self._moved(ReminderMove.FAIL), next_at=at + wait)
        return replace(again, news=again._told("reminder.failed", by=by, at=at, error=error))

    def _moved(self, move: ReminderMove) -> ReminderState:
        return moved(REMINDER_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _told(self, kind: str, *, by: Actor, at: datetime, error: str = "") -> tuple[News, ...]:
        facts = {
            "party": self.to,
            "channel": self.channel.value,
            "about": self.about,
            "tries": self.tries,
            "error": error,
        }
        return self.telling(kind, by=by, at=at, **facts)


class Courier(Protocol):
    """Delivers messages by one way."""

    def deliver(self, reminder: Reminder) -> None:
        """Hand it over; raises `CourierFailed` when the other side did not take it."""


def _flaw(place: str, zh: str, en: str) -> Flaw:
    return Flaw(f"{place}-malformed", place, {"zh": zh, "en": en}, {"zh": "更正地址", "en": "correct the address"})
