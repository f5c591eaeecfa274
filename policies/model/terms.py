"""The parts of an agreement: its seven contents, signatures and filing (Measure, Articles 12 and 17)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from logs.model import ActorId, Role
from policies.billing import Tariff


class Signer(Protocol):
    """Signs for one person."""

    @property
    def key(self) -> str:
        """The public key, in hexadecimal."""

    def sign(self, statement: bytes) -> str:
        """The signature over the statement, in hexadecimal."""


class Verifier(Protocol):
    """Says whether a signature was made with a key."""

    def valid(self, key: str, statement: bytes, signature: str) -> bool:
        """Whether that public key signed that statement; key and signature in hexadecimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The seven contents of Article 17."""

    rights_and_duties: str
    scenario: str
    data_scope: str
    conditions: str
    security: str
    fees: str
    liability: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What the operator words and when it holds; scenario and data scope come from the application."""

    rights_and_duties: str
    conditions: str
    security: str
    fees: str
    liability: str
    begins: datetime
    ends: datetime
    tariff: Tariff = field(default_factory=Tariff)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One side's signature over the statement, with the signer's key on record."""

    side: Role
    by: ActorId
    key: str
    signature: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """The filing with the bureau, under its number, and whether after the deadline."""

    notice: str
    by: ActorId
    at: datetime
    late: bool
