"""The six safety conditions of a developer, each with evidence that was checked and expires (Measure, Article 15)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Self

from logs.errors import Language
from logs.model import Actor, ActorId, OrganisationId
from policies.calendar import day_of
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed, NoSuch
from policies.flaws import Flaw, unsaid
from policies.model.parties import Nature
from policies.model.recorded import Recorded, moved, require_said

DIGEST_DIGITS = 64


class Condition(StrEnum):
    """The conditions of Article 15 (1) to (6)."""

    CAPABILITY = "capability"
    SECURITY_OFFICER = "security_officer"
    DATA_MANAGEMENT = "data_management"
    NO_INCIDENT = "no_incident"
    CREDIT = "credit"
    PROTECTION_GRADE = "protection_grade"


CONDITIONS: Mapping[Condition, Mapping[Language, str]] = {
    Condition.CAPABILITY: {
        "zh": "经营状况良好，具备专业资质、人才和生产服务能力",
        "en": "sound operation, professional qualification, staff and capability",
    },
    Condition.SECURITY_OFFICER: {
        "zh": "落实数据安全负责人和管理部门，建立内部管理和安全保障制度",
        "en": "a named data-security officer and department, and rules of their own",
    },
    Condition.DATA_MANAGEMENT: {
        "zh": "具备成熟的数据管理能力和数据安全保障能力",
        "en": "mature data management and data security",
    },
    Condition.NO_INCIDENT: {
        "zh": "近3年未因网络安全或数据安全事件被公开通报",
        "en": "no publicised security incident within 3 years",
    },
    Condition.CREDIT: {
        "zh": "未被列入“严重违法失信主体名单”",
        "en": "not on the list of seriously dishonest subjects",
    },
    Condition.PROTECTION_GRADE: {
        "zh": "申请对接的系统符合网络安全等级保护标准",
        "en": "the docking system meets its network-security protection grade",
    },
}

REQUIRED: Mapping[Nature, tuple[Condition, ...]] = {
    Nature.LEGAL_PERSON: tuple(Condition),
    Nature.OTHER: tuple(Condition),
    Nature.NATURAL_PERSON: tuple(condition for condition in Condition if condition is not Condition.CAPABILITY),
}
"""Condition (1) speaks of legal persons and other organisations; the others bind natural persons as well."""


class EvidenceState(StrEnum):
    """How far a piece of evidence has come."""

    PRESENTED = "presented"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class EvidenceMove(StrEnum):
    """What is decided about a piece of evidence."""

    ACCEPT = "accept"
    REJECT = "reject"


EVIDENCE_MOVES: Mapping[tuple[EvidenceState, EvidenceMove], EvidenceState] = {
    (EvidenceState.PRESENTED, EvidenceMove.ACCEPT): EvidenceState.ACCEPTED,
    (EvidenceState.PRESENTED, EvidenceMove.REJECT): EvidenceState.REJECTED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A document that shows a condition is met, by title and SHA-256, valid through a day; numbered from 1."""

    number: int
    condition: Condition
    title: str
    digest: str
    valid_until: date
    presented_by: ActorId
    presented_at: datetime
    state: EvidenceState = EvidenceState.PRESENTED
    decided_by: ActorId | None = None
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Qualification(Recorded):
    """All evidence an organisation has presented, in order; nothing is taken out."""

    thing: ClassVar[str] = "qualification"

    id: OrganisationId
    evidence: tuple[Evidence, ...] = ()

    def present(
        self, condition: Condition, *, title: str, digest: str, valid_until: date, by: Actor, at: datetime
    ) -> Self:
        """Hand in a document for a condition; raises `NotAParty`, `MaterialFlawed`."""
        if by.organisation != self.id:
            raise NotAParty(self.thing, self.id)
        if flaws := tuple(_document_flaws(title, digest, valid_until, on=day_of(at))):
            raise MaterialFlawed(flaws)
        piece = Evidence(
            number=len(self.evidence) + 1,
            condition=condition,
            title=title,
            digest=digest,
            valid_until=valid_until,
            presented_by=by.id,
            presented_at=at,
        )
        return self._telling("qualification.presented", piece, (*self.evidence, piece), by=by, at=at)

    def accept(self, number: int, *, by: Actor, at: datetime) -> Self:
        """Find a document good; raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`."""
        return self._decide(number, EvidenceMove.ACCEPT, "qualification.accepted", by=by, at=at)

    def reject(self, number: int, *, reason: str, by: Actor, at: datetime) -> Self:
        """Find a document wanting, and say why; raises what `accept` does, and `MaterialFlawed` for no reason."""
        require_said(reason=reason)
        return self._decide(number, EvidenceMove.REJECT, "qualification.rejected", by=by, at=at, reason=reason)

    def valid_until(self, condition: Condition) -> date | None:
        """Until when its best accepted evidence counts; `None` without any."""
        return max((piece.valid_until for piece in self._accepted(condition)), default=None)

    def lacking(self, nature: Nature, *, on: date) -> tuple[Flaw, ...]:
        """What stands between the organisation and approval: each condition not met, and why."""
        return tuple(
            _lack(condition, self._best(condition))
            for condition in REQUIRED[nature]
            if not any(piece.valid_until >= on for piece in self._accepted(condition))
        )

    def _accepted(self, condition: Condition) -> list[Evidence]:
        return [
            piece for piece in self.evidence if (piece.condition, piece.state) == (condition, EvidenceState.ACCEPTED)
        ]

    def _best(self, condition: Condition) -> Evidence | None:
        told = [piece for piece in self.evidence if piece.condition is condition]
        return max(self._accepted(condition), key=lambda piece: piece.valid_until, default=told[-1] if told else None)

    def _decide(self, number: int, move: EvidenceMove, kind: str, *, by: Actor, at: datetime, reason: str = "") -> Self:
        if not 1 <= number <= len(self.evidence):
            raise NoSuch("evidence", f"{self.id}/{number}")
        old = self.evidence[number - 1]
        if by.organisation == self.id or by.id == old.presented_by:
            raise SelfApproval(self.thing, self.id)
        state = moved(EVIDENCE_MOVES, old.state, move, thing="evidence", id=f"{self.id}/{number}")
        piece = replace(old, state=state, decided_by=by.id, decided_at=at, reason=reason)
        return self._telling(kind, piece, (*self.evidence[: number - 1], piece, *self.evidence[number:]), by=by, at=at)

    def _telling(self, kind: str, piece: Evidence, evidence: tuple[Evidence, ...], *, by: Actor, at: datetime) -> Self:
        facts = {
            "party": self.id,
            "condition": piece.condition.value,
            "title": piece.title,
            "digest": piece.digest,
            "ends": piece.valid_until.isoformat(),
            "reason": piece.reason,
        }
        return replace(self, evidence=evidence, news=self.telling(kind, at=at, by=by, **facts))


def _document_flaws(title: str, digest: str, valid_until: date, *, on: date) -> Iterator[Flaw]:
    yield from unsaid({"title": title})
    if len(digest) != DIGEST_DIGITS or not set(digest) <= set("0123456789abcdef"):
        yield Flaw(
            "digest-malformed",
            "digest",
            {"zh": "摘要应为 SHA-256 的 64 位小写十六进制", "en": "the digest is no SHA-256 in lower-case hexadecimal"},
            {"zh": "对材料文件计算 SHA-256", "en": "compute the SHA-256 of the document"},
        )
    if valid_until < on:
        yield Flaw(
            "evidence-expired",
            "valid_until",
            {"zh": f"材料已于 {valid_until} 到期", "en": f"the document expired on {valid_until}"},
            {"zh": "提交有效期内的材料", "en": "present one that is still valid"},
        )


def _lack(condition: Condition, best: Evidence | None) -> Flaw:
    match best:
        case None:
            zh, en = "未提交证明材料", "no evidence was presented"
        case Evidence(state=EvidenceState.ACCEPTED):
            zh, en = f"证明材料已于 {best.valid_until} 到期", f"the evidence expired on {best.valid_until}"
        case Evidence(state=EvidenceState.REJECTED):
            zh, en = "证明材料未通过核验", "the evidence was rejected"
        case _:
            zh, en = "证明材料尚未核验", "the evidence has not been checked yet"
    title = CONDITIONS[condition]
    return Flaw(
        f"condition-{condition.value.replace('_', '-')}",
        condition.value,
        {"zh": f"“{title['zh']}”{zh}", "en": f"{title['en']}: {en}"},
        {"zh": "补交证明材料并由一级开发主体核验", "en": "present evidence and have the operator check it"},
    )
