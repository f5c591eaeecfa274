"""Idempotency keys: a request sent twice is done once and answered twice the same."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from api.errors import IdempotencyKeyBusy, IdempotencyKeyReused
from logs.model import ActorId

KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was first given."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Repeat:
    """A person's key, the request it first stood on, and the answer once there is one."""

    person: ActorId
    key: str
    fingerprint: str
    at: datetime
    answer: Answer | None = None


class Repeats(Protocol):
    """Where keys and answers are kept."""

    def get(self, person: ActorId, key: str) -> Repeat | None:
        """What the key stands on."""

    def save(self, repeat: Repeat) -> None:
        """Keep it, new or answered."""

    def drop(self, person: ActorId, key: str) -> None:
        """Forget it, since nothing was done."""

    def forget(self, *, before: datetime) -> None:
        """Forget those that are older."""


class Work(Protocol):
    """What idempotency needs of a transaction."""

    @property
    def repeats(self) -> Repeats:
        """The keys."""


Begin = Callable[[], AbstractContextManager[Work]]


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same one.

    >>> fingerprint("POST", "/a", b"1") == fingerprint("POST", "/a", b"2")
    False
    """
    parts = hashlib.sha256(body).hexdigest()
    return hashlib.sha256(f"{method} {path} {parts}".encode()).hexdigest()


def claim(begin: Begin, wanted: Repeat, *, kept_for: timedelta) -> Answer | None:
    """Take the key for this request, or hand back the answer that it was given before.

    Raises `IdempotencyKeyReused` for another request, `IdempotencyKeyBusy` while the first is unanswered.
    """
    with begin() as work:
        work.repeats.forget(before=wanted.at - kept_for)
        known = work.repeats.get(wanted.person, wanted.key)
        if known is None:
            work.repeats.save(wanted)
            return None
        if known.fingerprint != wanted.fingerprint:
            raise IdempotencyKeyReused
        if known.answer is None:
            raise IdempotencyKeyBusy
        return known.answer


def settle(begin: Begin, answered: Repeat) -> None:
    """Keep the answer for whoever asks again."""
    with begin() as work:
        work.repeats.save(answered)


def release(begin: Begin, wanted: Repeat) -> None:
    """Give the key back: the request was refused, so that nothing was done."""
    with begin() as work:
        work.repeats.drop(wanted.person, wanted.key)
