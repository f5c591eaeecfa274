"""A query from its text to its end: states, moves, and what goes on record of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self

from catalog.model import ResourceId
from logs.errors import Refusal
from logs.model import Actor, Fact
from policies.model.recorded import Recorded, moved
from policies.model.stops import Processing
from sandbox.errors import NotAnswered, NotLawful, QueryFailed, QueryKilled
from sandbox.failures import Failure, Killed
from sandbox.plan import OutputColumn, Plan
from sandbox.reasons import Reason, Text

QueryId = NewType("QueryId", str)

LONGEST_RECORDED = 4_000  # characters of the caller's text in an event; the digest speaks for the rest
FINE_STEP, FINE_UNTIL = 50, 1_000  # milliseconds


class QueryState(StrEnum):
    """Where a query stands."""

    RECEIVED = "received"
    REFUSED = "refused"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    KILLED = "killed"
    EXPIRED = "expired"


class QueryMove(StrEnum):
    """What happens to a query."""

    REFUSE = "refuse"
    RUN = "run"
    ANSWER = "answer"
    FAIL = "fail"
    KILL = "kill"
    EXPIRE = "expire"


QUERY_MOVES: Mapping[tuple[QueryState, QueryMove], QueryState] = {
    (QueryState.RECEIVED, QueryMove.REFUSE): QueryState.REFUSED,
    (QueryState.RECEIVED, QueryMove.RUN): QueryState.RUNNING,
    (QueryState.RUNNING, QueryMove.ANSWER): QueryState.ANSWERED,
    (QueryState.RUNNING, QueryMove.FAIL): QueryState.FAILED,
    (QueryState.RUNNING, QueryMove.KILL): QueryState.KILLED,
    (QueryState.ANSWERED, QueryMove.EXPIRE): QueryState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class FigureError:
    """The standard deviation to expect of a protected figure in a column of an answer: absolute, or as a share of the
    figure; both `None` where none is shown."""

    column: str
    figure: str  # the aggregate with its base columns
    absolute: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """What goes with an answer: how much was hidden, as bands, remarks in both languages, the version and digest of the
    disclosure rules that protected it, and the errors to expect, column by column."""

    rows: int
    hidden_cells: str = "0"
    hidden_figures: str = "0"
    remarks: tuple[Text, ...] = ()
    rules: str = ""
    rules_digest: str = ""
    errors: tuple[FigureError, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query(Recorded):
    """One query under one agreement. `by` asked it; `runner` is the process that runs it.

    `annex` (its digest), `snapshots` (resource, digest), `uses` and `columns` say what allowed it and what it read.
    `milliseconds` is a coarse duration.
    """

    id: QueryId
    agreement: str
    by: Actor
    sql: str
    received_at: datetime
    state: QueryState = QueryState.RECEIVED
    runner: str = ""
    annex: str = ""
    scenario: str = ""
    snapshots: tuple[tuple[str, str], ...] = ()
    uses: tuple[tuple[str, str], ...] = ()
    columns: tuple[OutputColumn, ...] = ()
    releases: int = 0
    reasons: tuple[Reason, ...] = ()
    ended_at: datetime | None = None
    milliseconds: int | None = None
    told: Told | None = None
    failure: Failure | None = None
    killed: Killed | None = None
    keep_until: datetime | None = None

    @property
    def sql_digest(self) -> str:
        """SHA-256 of the caller's text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def refusal(self) -> Refusal | None:
        """Why there is no answer; `None` while there may be one."""
        if self.state is QueryState.REFUSED:
            return NotLawful(self.reasons)
        if self.failure is not None:
            return QueryFailed(self.failure)
        if self.killed is not None:
            return QueryKilled(self.killed)
        return None

    @property
    def processing(self) -> Processing:
        """What it does, as stops look at it."""
        return Processing(
            agreement=self.agreement,
            scenario=self.scenario,
            organisation=self.by.organisation,
            person=self.by.id,
            resources=frozenset(ResourceId(resource) for resource, _ in self.snapshots),
        )

    def require_answered(self) -> Told:
        """What goes with its answer; raises `NotAnswered` when there is none."""
        if self.state is not QueryState.ANSWERED or self.told is None:
            raise NotAnswered(self.id, self.state)
        return self.told

    def refuse(self, reasons: tuple[Reason, ...], *, at: datetime) -> Self:
        """The gate refuses it; the rules it broke go on record."""
        rules = tuple(dict.fromkeys(reason.rule for reason in reasons))
        refused = replace(self, state=self._moved(QueryMove.REFUSE), reasons=reasons, ended_at=at)
        return refused._with("query.refused", at=at, reasons=rules, decided_by="gate")

    def run(self, plan: Plan, *, snapshots: Mapping[str, str], runner: str, at: datetime) -> Self:
        """It is lawful and begins to run over those versions (resource to digest)."""
        running = replace(
            self,
            state=self._moved(QueryMove.RUN),
            runner=runner,
            snapshots=tuple(sorted(snapshots.items())),
            uses=plan.uses,
            columns=plan.columns,
            releases=len(plan.releases),
        )
        return running._with("query.started", at=at)

    def answer(self, told: Told, *, at: datetime, keep_until: datetime) -> Self:
        """Its answer is kept until then."""
        answered = self._ended(QueryMove.ANSWER, at=at)
        answered = replace(answered, told=told, keep_until=keep_until)
        return answered._with(
            "query.run",
            at=at,
            rows=told.rows,
            releases=self.releases,
            hidden_cells=told.hidden_cells,
            hidden_figures=told.hidden_figures,
            disclosure_rules=f"{told.rules}={told.rules_digest}" if told.rules else None,
            milliseconds=answered.milliseconds,
        )

    def fail(self, failure: Failure, *, place: str, at: datetime) -> Self:
        """The engine could not answer; `place` is the release or the free stage."""
        failed = replace(self._ended(QueryMove.FAIL, at=at), failure=failure)
        return failed._with("query.failed", at=at, error=failure.value, place=place, milliseconds=failed.milliseconds)

    def kill(self, killed: Killed, *, by: Actor, at: datetime, reason: str = "") -> Self:
        """Its process was ended: by whom, and why."""
        ended = replace(self._ended(QueryMove.KILL, at=at), killed=killed)
        facts = {"limit": killed.value, "reason": reason, "milliseconds": ended.milliseconds}
        return ended._with("query.killed", at=at, by=by, **facts)

    def expire(self, *, by: Actor, at: datetime) -> Self:
        """Its answer is no longer kept."""
        return replace(self, state=self._moved(QueryMove.EXPIRE))._with("query.expired", at=at, by=by)

    def facts(self) -> dict[str, Fact]:
        """What every event about it says."""
        text = self.sql
        return {
            "query": self.id,
            "agreement": self.agreement,
            "annex": self.annex,
            "scenario": self.scenario,
            "sql": text if len(text) <= LONGEST_RECORDED else text[:LONGEST_RECORDED] + "…",
            "digest": self.sql_digest,
            "resources": tuple(resource for resource, _ in self.snapshots),
            "snapshots": tuple(f"{resource}={digest}" for resource, digest in self.snapshots),
            "uses": tuple(f"{column}={use}" for column, use in self.uses),
            "columns": tuple(dict.fromkeys(source for column in self.columns for source in column.sources)),
        }

    def _ended(self, move: QueryMove, *, at: datetime) -> Self:
        took = coarse((at - self.received_at).total_seconds())
        return replace(self, state=self._moved(move), ended_at=at, milliseconds=took)

    def _with(self, kind: str, *, at: datetime, by: Actor | None = None, **facts: Fact) -> Self:
        return replace(self, news=self.telling(kind, at=at, by=by or self.by, **self.facts(), **facts))

    def _moved(self, move: QueryMove) -> QueryState:
        return moved(QUERY_MOVES, self.state, move, thing="query", id=self.id)


def coarse(seconds: float) -> int:
    """A duration in milliseconds on a coarse grid, rounded up, so that time tells little about single rows.

    >>> [coarse(seconds) for seconds in (0.0, 0.012, 0.051, 0.97, 1.01, 12.3)]
    [0, 50, 100, 1000, 2000, 13000]
    """
    milliseconds = max(0, round(seconds * 1000))
    step = FINE_STEP if milliseconds <= FINE_UNTIL else 1_000
    return -(-milliseconds // step) * step
