"""Consents of data subjects as the API takes and tells of them; the identifier goes in and never comes out."""

from datetime import date, datetime

from pydantic import Field, SecretStr

from api.schemas.common import Asked, Told
from policies.model.consents import Consent, SubjectKind

DIGEST = r"^[0-9a-f]{64}$"


class ConsentAsked(Asked):
    """Who consents (by identifier), to what, until when, and the SHA-256 of the signed original."""

    subject_kind: SubjectKind = Field(default=SubjectKind.RESIDENT_ID, examples=["uscc"])
    subject: SecretStr = Field(min_length=1, max_length=18, examples=["91350200MA2XN7DP07"])
    scenario: str = Field(min_length=1, max_length=64, examples=["8c2f"])
    resources: list[str] = Field(max_length=100, examples=[["person"]])
    until: date = Field(examples=["2027-06-30"])
    evidence: str = Field(pattern=DIGEST, examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


class ConsentTold(Told):
    """A consent on record; `subject` is a keyed digest, by which nobody is recognised."""

    id: str
    subject_kind: str
    subject: str
    scenario: str
    resources: list[str]
    until: date
    evidence: str
    state: str = Field(examples=["given"])
    presented_by: str
    presented_at: datetime
    reason: str

    @classmethod
    def of(cls, found: Consent) -> "ConsentTold":
        """The consent as it is told."""
        return cls(
            id=found.id,
            subject_kind=found.subject_kind.value,
            subject=found.giver,
            scenario=found.scenario,
            resources=list(found.resources),
            until=found.until,
            evidence=found.evidence,
            state=found.state.value,
            presented_by=found.presented_by.organisation,
            presented_at=found.presented_at,
            reason=found.reason,
        )
