"""Who calls: tokens of persons, kept as keyed digests, with an end and a way to take them back."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from api.errors import TokenExpired, TokenRevoked, TokenUnknown
from logs.model import Actor, ActorId, Event, EventId, Fact, OrganisationId, Recorder, Role

PREFIX = "xds_"
PLATFORM = Actor(ActorId("platform"), OrganisationId("platform"), Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Token:
    """A person's key to the API. The text itself is shown once and never kept; `digest` is its HMAC-SHA-256."""

    digest: str
    actor: Actor
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def accept(self, *, at: datetime) -> Actor:
        """Whom the token stands for at that moment; raises `TokenRevoked` or `TokenExpired`."""
        if self.revoked_at is not None and self.revoked_at <= at:
            raise TokenRevoked(self.revoked_at)
        if self.expires_at <= at:
            raise TokenExpired(self.expires_at)
        return self.actor

    def revoke(self, *, at: datetime) -> Self:
        """Taken back from that moment on; a second time changes nothing."""
        return self if self.revoked_at is not None else replace(self, revoked_at=at)


class Tokens(Protocol):
    """Where tokens are kept."""

    def get(self, digest: str) -> Token | None:
        """The token of that digest."""

    def save(self, token: Token) -> None:
        """Keep it, new or changed."""

    def of(self, actor: ActorId) -> tuple[Token, ...]:
        """Every token of a person."""


class Work(Protocol):
    """What signing in needs of a transaction."""

    @property
    def tokens(self) -> Tokens:
        """The tokens."""

    @property
    def events(self) -> Recorder:
        """The trail."""


Begin = Callable[[], AbstractContextManager[Work]]


def draw() -> str:
    """A new token's text: 32 random bytes behind a prefix that secret scanners can look for."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(text: str, *, secret: bytes) -> str:
    """What is kept of a token.

    >>> digest("xds_a", secret=b"k") == digest("xds_b", secret=b"k")
    False
    """
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def issue(begin: Begin, kept: str, *, to: Actor, by: Actor, at: datetime, until: datetime, event: EventId) -> Token:
    """Give a person a token whose digest is `kept`."""
    token = Token(kept, to, issued_at=at, expires_at=until)
    facts: dict[str, Fact] = {"party": to.organisation, "role": to.role.value, "ends": until.isoformat()}
    with begin() as work:
        work.tokens.save(token)
        work.events.record(Event(event, "token.issued", at, by, f"person:{to.id}", facts))
    return token


def revoke(begin: Begin, person: ActorId, *, by: Actor, at: datetime, event: EventId) -> int:
    """Take every token of a person back; returns how many were still good."""
    with begin() as work:
        good = [token for token in work.tokens.of(person) if token.revoked_at is None and token.expires_at > at]
        for token in good:
            work.tokens.save(token.revoke(at=at))
        if good:
            work.events.record(Event(event, "token.revoked", at, by, f"person:{person}", {"records": len(good)}))
    return len(good)


def identify(reading: Begin, begin: Begin, kept: str, *, at: datetime, event: EventId) -> Actor:
    """Whom a token's digest stands for. A refusal is recorded before it is raised.

    Raises `TokenUnknown`, `TokenExpired`, `TokenRevoked`.
    """
    with reading() as work:
        token = work.tokens.get(kept)
    try:
        if token is None:
            raise TokenUnknown
        return token.accept(at=at)
    except (TokenUnknown, TokenExpired) as refusal:
        who = token.actor if token else PLATFORM
        with begin() as work:
            subject = f"token:{kept[:16]}"
            work.events.record(
                Event(event, "session.refused", at, who, subject, {"method": "token", "reason": refusal.kind})
            )
        raise
