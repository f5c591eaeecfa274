"""Operation reports: generated from the records, filed by the operator, acknowledged by the bureau (Article 24)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, ActorId, Fact, OrganisationId
from policies.model.recorded import News, Recorded, moved, require_said

ReportId = NewType("ReportId", str)


class ReportState(StrEnum):
    """How far a report has come."""

    FILED = "filed"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"


class ReportMove(StrEnum):
    """What is done about it."""

    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    FILE = "file"


REPORT_MOVES: Mapping[tuple[ReportState, ReportMove], ReportState] = {
    (ReportState.FILED, ReportMove.ACKNOWLEDGE): ReportState.ACKNOWLEDGED,
    (ReportState.FILED, ReportMove.RETURN): ReportState.RETURNED,
    (ReportState.RETURNED, ReportMove.FILE): ReportState.FILED,
}


@dataclass(frozen=True, kw_only=True)
class Report(Recorded):
    """What happened in a period, in figures counted from the log, with the operator's remarks."""

    thing: ClassVar[str] = "report"

    id: ReportId
    operator: OrganisationId
    period: str
    figures: Mapping[str, int]
    remarks: str
    filed_by: ActorId
    filed_at: datetime
    state: ReportState = ReportState.FILED
    reason: str = ""

    @classmethod
    def file(cls, period: str, figures: Mapping[str, int], *, remarks: str, by: Actor, at: datetime) -> "Report":
        """File the report of a period with the bureau."""
        report = cls(
            id=ReportId(f"{by.organisation[:48]}.{period}"),
            operator=by.organisation,
            period=period,
            figures=dict(figures),
            remarks=remarks,
            filed_by=by.id,
            filed_at=at,
        )
        return replace(report, news=report._news("report.filed", by=by, at=at))

    @property
    def digest(self) -> str:
        """SHA-256 over period and figures."""
        text = json.dumps([self.period, dict(self.figures)], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def refile(self, figures: Mapping[str, int], *, remarks: str, by: Actor, at: datetime) -> Self:
        """File it again after it was returned; raises `MoveNotAllowed`."""
        again = replace(self, state=self._moved(ReportMove.FILE), figures=dict(figures), remarks=remarks, reason="")
        again = replace(again, filed_by=by.id, filed_at=at)
        return replace(again, news=again._news("report.filed", by=by, at=at))

    def acknowledge(self, *, by: Actor, at: datetime) -> Self:
        """The bureau takes note; raises `MoveNotAllowed`."""
        noted = replace(self, state=self._moved(ReportMove.ACKNOWLEDGE))
        return replace(noted, news=noted._news("report.acknowledged", by=by, at=at))

    def send_back(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """The bureau wants it better; raises `MoveNotAllowed`, `MaterialFlawed` without a reason."""
        returned = replace(self, state=self._moved(ReportMove.RETURN), reason=reason)
        require_said(reason=reason)
        return replace(returned, news=returned._news("report.returned", by=by, at=at, reason=reason))

    def _moved(self, move: ReportMove) -> ReportState:
        return moved(REPORT_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        common: dict[str, Fact] = {
            "period": self.period,
            "party": self.operator,
            "digest": self.digest,
            "state": self.state.value,
        }
        return self.telling(kind, by=by, at=at, **(common | facts))
