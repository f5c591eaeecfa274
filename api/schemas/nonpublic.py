"""Access rules and own files as the API tells of them."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from logs.errors import Language
from sandbox.nonpublic.editions import RuleInEdition
from sandbox.nonpublic.file import OwnColumn, OwnFile

NAME = r"^[^\W\d]\w{0,62}$"


class AccessRuleAsked(Asked):
    """An access rule as YAML or JSON text."""

    document: str = Field(min_length=1, examples=["name: non-public-access\nedition: '2026.1'\n…"])


class AccessRuleTold(Told):
    """One edition of the access rule."""

    id: str = Field(examples=["non-public-access.2026.1"])
    title: str
    state: str = Field(examples=["in_force"])
    digest: str
    basis: list[str]
    formats: list[str] = Field(examples=[["csv", "parquet"]])
    rights: list[str] = Field(examples=[["own", "licensed"]])
    most: dict[str, int] = Field(examples=[{"bytes": 104857600, "rows": 1000000, "columns": 100, "files": 10}])
    withheld_kinds: list[str] = Field(examples=[["resident_id", "mobile"]])
    reason: str
    approved_at: datetime | None
    effective_at: datetime | None

    @classmethod
    def of(cls, found: RuleInEdition, language: Language) -> "AccessRuleTold":
        """The edition as it is told."""
        rule = found.rule
        return cls(
            id=found.id,
            title=rule.title[language],
            state=found.state.value,
            digest=rule.digest,
            basis=list(rule.basis),
            formats=sorted(rule.formats),
            rights=sorted(rule.rights),
            most=dict(rule.most),
            withheld_kinds=sorted(rule.withheld_kinds),
            reason=found.reason,
            approved_at=found.approved_at,
            effective_at=found.effective_at,
        )


class RejectionAsked(Asked):
    """Why a file is not taken in."""

    reasons: list[str] = Field(min_length=1, examples=[["来源证明不足"]])


class AcceptanceAsked(Asked):
    """What is said with the acceptance."""

    reason: str = Field(default="", examples=["来源与权利依据已核验"])


class OwnColumnTold(Told):
    """A column as the scan found it: what it was taken for and counts, never a value."""

    name: str = Field(examples=["district"])
    type: str = Field(examples=["VARCHAR"])
    kind: str | None = Field(examples=["mobile"])
    grade: int | None
    missing: int
    withheld: bool = Field(description="不予接入，未存入平台 / not taken in")

    @classmethod
    def of(cls, column: OwnColumn) -> "OwnColumnTold":
        """The column as it is told."""
        return cls.model_validate(column, from_attributes=True)


class OwnFileTold(Told):
    """A file that an agreement brought in, what the scan found and what became of it."""

    name: str = Field(examples=["own.stores"])
    agreement: str
    title: str
    source: str
    right: str = Field(examples=["own"])
    evidence: str
    state: str = Field(examples=["quarantined"])
    rule: str
    digest: str
    rows: int
    bytes: int
    columns: list[OwnColumnTold]
    problems: list[str]
    organisation: str
    by: str
    brought_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reasons: list[str]

    @classmethod
    def of(cls, file: OwnFile) -> "OwnFileTold":
        """The file as it is told."""
        scanned, declared = file.scanned, file.declared
        return cls(
            name=file.name,
            agreement=file.agreement,
            title=declared.title,
            source=declared.source,
            right=declared.right.value,
            evidence=declared.evidence,
            state=file.state.value,
            rule=file.rule,
            digest=scanned.digest,
            rows=scanned.rows,
            bytes=scanned.bytes,
            columns=[OwnColumnTold.of(column) for column in scanned.columns],
            problems=list(scanned.problems),
            organisation=file.by.organisation,
            by=file.by.id,
            brought_at=file.brought_at,
            decided_by=file.decided_by.id if file.decided_by else None,
            decided_at=file.decided_at,
            reasons=list(file.reasons),
        )
