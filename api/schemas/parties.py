"""Organisations, people, evidence and tokens as the API tells of them."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from logs.model import Actor, Role
from policies.model import Condition, Nature, Organisation, Person, Qualification

ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
KEY = r"^[0-9a-f]{64}$"


class OrganisationAsked(Asked):
    """An organisation, or a natural person who develops, and the roles it may act in."""

    id: str = Field(pattern=ID, examples=["lujiang-data"])
    title: str = Field(min_length=1, examples=["鹭江数据科技有限公司"])
    nature: Nature = Nature.LEGAL_PERSON
    roles: list[Role] = Field(min_length=1, examples=[["developer"]])
    code: str = Field(default="", examples=["91350200MA2XN7DP07"])


class OrganisationTold(Told):
    """An organisation on record."""

    id: str
    title: str
    nature: str
    roles: list[str]
    code: str

    @classmethod
    def of(cls, found: Organisation) -> "OrganisationTold":
        """The organisation as it is told."""
        return cls(
            id=found.id, title=found.title, nature=found.nature.value, roles=sorted(found.roles), code=found.code
        )


class PersonAsked(Asked):
    """A person who is to act for an organisation in one role."""

    id: str = Field(pattern=ID, examples=["chen-min"])
    title: str = Field(min_length=1, examples=["陈敏"])
    organisation: str = Field(examples=["lujiang-data"])
    role: Role = Field(examples=["developer"])


class PersonTold(Told):
    """A person on record; `key` is the public key they sign agreements with."""

    id: str
    title: str
    organisation: str
    role: str
    state: str
    key: str | None

    @classmethod
    def of(cls, found: Person) -> "PersonTold":
        """The person as they are told."""
        return cls(
            id=found.id,
            title=found.title,
            organisation=found.organisation,
            role=found.role.value,
            state=found.state.value,
            key=found.key,
        )


class Me(Told):
    """Whom the token stands for."""

    id: str = Field(examples=["chen-min"])
    organisation: str = Field(examples=["lujiang-data"])
    role: str = Field(examples=["developer"])

    @classmethod
    def of(cls, actor: Actor) -> "Me":
        """The actor as they are told."""
        return cls(id=actor.id, organisation=actor.organisation, role=actor.role.value)


class KeyAsked(Asked):
    """One's own Ed25519 public key, 32 bytes in hexadecimal."""

    key: str = Field(pattern=KEY, examples=["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"])


class TokenAsked(Asked):
    """For how many days the token is to be good; the platform's default when left out."""

    days: int | None = Field(default=None, ge=1, le=366, examples=[30])


class TokenTold(Told):
    """A token, shown this once."""

    token: str = Field(examples=["xds_…"])
    expires_at: datetime


class Revoked(Told):
    """How many tokens were taken back."""

    tokens: int = Field(examples=[1])


class EvidenceAsked(Asked):
    """A document that shows one of the six safety conditions of Article 15; only its title and SHA-256 are kept."""

    condition: Condition = Field(examples=["security_officer"])
    title: str = Field(min_length=1, examples=["数据安全负责人任命书"])
    digest: str = Field(pattern=KEY, examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    valid_until: date = Field(examples=["2027-12-31"])


class EvidenceTold(Told):
    """A document presented, and what was decided about it."""

    number: int
    condition: str
    title: str
    digest: str
    valid_until: date
    state: str
    reason: str


class QualificationTold(Told):
    """All evidence an organisation has presented."""

    organisation: str
    evidence: list[EvidenceTold]

    @classmethod
    def of(cls, found: Qualification) -> "QualificationTold":
        """The qualification as it is told."""
        return cls(
            organisation=found.id,
            evidence=[
                EvidenceTold(
                    number=piece.number,
                    condition=piece.condition.value,
                    title=piece.title,
                    digest=piece.digest,
                    valid_until=piece.valid_until,
                    state=piece.state.value,
                    reason=piece.reason,
                )
                for piece in found.evidence
            ],
        )
