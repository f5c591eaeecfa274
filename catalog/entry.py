"""A resource on its way into the development catalog: registered, arrived, graded, decided on, listed (Article 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from catalog.arrival import Arrival
from catalog.listing_errors import MoveImpossible, NotGraded, ReasonMissing
from catalog.model import Resource, ResourceId, Version
from catalog.profile import Quality
from catalog.sample import Sample
from logs.model import Actor, ActorId, Fact


class EntryState(StrEnum):
    """How far an entry has come."""

    REGISTERED = "registered"
    ARRIVED = "arrived"
    GRADED = "graded"
    CLEARED = "cleared"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"
    BARRED = "barred"


class EntryMove(StrEnum):
    """What is done to it. A changed layout is an arrival whose columns are not those graded before."""

    ARRIVE = "arrive"
    CHANGE = "change"
    GRADE = "grade"
    CLEAR = "clear"
    BAR = "bar"
    LIST = "list"
    WITHDRAW = "withdraw"


_S, _M = EntryState, EntryMove
ENTRY_MOVES: Mapping[tuple[EntryState, EntryMove], EntryState] = {
    (_S.REGISTERED, _M.ARRIVE): _S.ARRIVED,
    (_S.REGISTERED, _M.CHANGE): _S.ARRIVED,
    (_S.ARRIVED, _M.ARRIVE): _S.ARRIVED,
    (_S.ARRIVED, _M.GRADE): _S.GRADED,
    (_S.GRADED, _M.ARRIVE): _S.GRADED,
    (_S.GRADED, _M.GRADE): _S.GRADED,
    (_S.GRADED, _M.CLEAR): _S.CLEARED,
    (_S.CLEARED, _M.ARRIVE): _S.CLEARED,
    (_S.CLEARED, _M.LIST): _S.LISTED,
    (_S.LISTED, _M.ARRIVE): _S.LISTED,
    (_S.LISTED, _M.LIST): _S.LISTED,
    (_S.LISTED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.WITHDRAWN, _M.ARRIVE): _S.WITHDRAWN,
    (_S.WITHDRAWN, _M.CLEAR): _S.CLEARED,
    **{(state, _M.CHANGE): _S.ARRIVED for state in (_S.ARRIVED, _S.GRADED, _S.CLEARED, _S.LISTED, _S.WITHDRAWN)},
    **{(state, _M.BAR): _S.BARRED for state in _S if state is not _S.BARRED},
}
"""Nothing leads out of `BARRED`: the three prohibited classes can never be listed."""


class Prohibition(StrEnum):
    """The three classes that may not be listed (Article 9)."""

    NATIONAL_SECURITY = "national_security"
    PUBLIC_INTEREST = "public_interest"
    FORBIDDEN_BY_LAW = "forbidden_by_law"


@dataclass(frozen=True, slots=True)
class Decision:
    """The recorded decision whether a resource falls under a prohibited class; `None`: under none of them."""

    prohibition: Prohibition | None
    reason: str
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class Grading:
    """The grade of one column, who or what decided on it and why; `recognised` is the kind it was taken for."""

    column: str
    grade: int
    decided_by: str
    reason: str = ""
    recognised: str | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """The technique a column is desensitised by, and the rule that chose it."""

    column: str
    technique: str
    rule: str


@dataclass(frozen=True, slots=True)
class News:
    """What was done, to become an event in the transaction that saves it."""

    kind: str
    at: datetime
    by: Actor
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A resource with what has been measured and decided. `revision` is the one last saved; `news` ride along."""

    resource: Resource
    state: EntryState = EntryState.REGISTERED
    version: Version | None = None
    quality: Quality | None = None
    gradings: tuple[Grading, ...] = ()
    decision: Decision | None = None
    sample: Sample | None = None
    masks: tuple[Mask, ...] = ()
    edition: int | None = None
    revision: int = 0
    news: tuple[News, ...] = field(default=(), compare=False, repr=False)

    @property
    def id(self) -> ResourceId:
        """The resource's id."""
        return self.resource.id

    @property
    def ungraded(self) -> tuple[str, ...]:
        """Columns that nobody graded yet."""
        graded = {grading.column for grading in self.gradings}
        return tuple(column.name for column in self.resource.columns if column.name not in graded)

    @classmethod
    def register(cls, resource: Resource, *, by: Actor, at: datetime) -> Self:
        """A resource becomes known, before any of its rows has arrived."""
        facts: dict[str, Fact] = {
            "title": resource.title,
            "provider": resource.provider,
            "columns": tuple(column.name for column in resource.columns),
            "column_count": len(resource.columns),
            "privacy_unit": resource.privacy_unit,
        }
        return cls(resource=resource, news=(News("resource.registered", at, by, {"resource": resource.id, **facts}),))

    def arrive(self, arrival: Arrival, *, by: Actor, at: datetime) -> Self:
        """A version has been placed; gradings of columns that changed are void. Raises `MoveImpossible`."""
        before = {(column.name, column.type, column.kind) for column in self.resource.columns}
        same = {column.name for column in arrival.resource.columns if (column.name, column.type, column.kind) in before}
        changed = self.version is None or len(same) < max(len(before), len(arrival.resource.columns))
        facts: dict[str, Fact] = {
            "provider": arrival.resource.provider,
            "digest": arrival.version.digest,
            "replaced": self.version.digest if self.version else None,
            "rows": arrival.version.rows,
            "unit_unique": arrival.version.unit_unique,
            "problems": arrival.quality.problems,
        }
        gradings = tuple(grading for grading in self.gradings if grading.column in same)
        grades = {grading.column: grading.grade for grading in gradings}
        return replace(
            self,
            state=self._moved(EntryMove.CHANGE if changed else EntryMove.ARRIVE),
            resource=with_grades(arrival.resource, grades),
            version=arrival.version,
            quality=arrival.quality,
            gradings=gradings,
            sample=None if changed else self.sample,
            news=self._telling("resource.arrived", by=by, at=at, **facts),
        )

    def grade(self, gradings: Sequence[Grading], *, by: Actor, at: datetime) -> Self:
        """Give columns their grades, new ones or in the place of earlier ones; graded once every column is.

        Raises `ReasonMissing` where a person overrides without a reason, `NotGraded`, `MoveImpossible`.
        """
        if any(grading.decided_by == by.id and not grading.reason.strip() for grading in gradings):
            raise ReasonMissing(self.id)
        taken_for = {grading.column: grading.recognised for grading in self.gradings}
        gradings = [
            replace(grading, recognised=grading.recognised or taken_for.get(grading.column)) for grading in gradings
        ]
        given = {grading.column: grading for grading in (*self.gradings, *gradings)}
        known = [given[column.name] for column in self.resource.columns if column.name in given]
        graded = replace(
            self,
            gradings=tuple(known),
            resource=with_grades(self.resource, {grading.column: grading.grade for grading in known}),
        )
        if graded.ungraded:
            raise NotGraded(self.id, graded.ungraded)
        news = self.news
        for grading in gradings:
            facts: dict[str, Fact] = {
                "resource": self.id,
                "column": grading.column,
                "recognised": grading.recognised,
                "grade": str(grading.grade),
                "decided_by": grading.decided_by,
                "reason": grading.reason if grading.decided_by == by.id else None,
            }
            news = (*news, News("column.recognised", at, by, _said(facts)))
        return replace(graded, state=self._moved(EntryMove.GRADE), news=news)

    def clear(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Record that the resource falls under none of the prohibited classes. Raises `NotGraded`, `ReasonMissing`."""
        if self.ungraded:
            raise NotGraded(self.id, self.ungraded)
        return self._decide(None, EntryMove.CLEAR, "resource.cleared", reason, by=by, at=at)

    def bar(self, prohibition: Prohibition, *, reason: str, by: Actor, at: datetime) -> Self:
        """Record that it falls under a prohibited class: from now on it can never be listed. Raises `ReasonMissing`."""
        return self._decide(prohibition, EntryMove.BAR, "resource.barred", reason, by=by, at=at)

    def give_sample(self, sample: Sample) -> Self:
        """Put sample data beside the entry."""
        return replace(self, sample=sample)

    def list_in(self, edition: int, masks: tuple[Mask, ...]) -> Self:
        """Take it into a published edition, its columns masked as that says. Raises `MoveImpossible`."""
        return replace(self, state=self._moved(EntryMove.LIST), edition=edition, masks=masks)

    def withdraw(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Take it out of the development catalog. Raises `ReasonMissing`, `MoveImpossible`."""
        if not reason.strip():
            raise ReasonMissing(self.id)
        state = self._moved(EntryMove.WITHDRAW)
        return replace(self, state=state, news=self._telling("resource.withdrawn", by=by, at=at, reason=reason))

    def _decide(
        self, prohibition: Prohibition | None, move: EntryMove, kind: str, reason: str, *, by: Actor, at: datetime
    ) -> Self:
        if not reason.strip():
            raise ReasonMissing(self.id)
        return replace(
            self,
            state=self._moved(move),
            decision=Decision(prohibition, reason, by.id, at),
            news=self._telling(kind, by=by, at=at, reason=reason, prohibition=prohibition and prohibition.value),
        )

    def _moved(self, move: EntryMove) -> EntryState:
        target = ENTRY_MOVES.get((self.state, move))
        if target is None:
            possible = [other.value for state, other in ENTRY_MOVES if state is self.state]
            raise MoveImpossible(self.id, self.state, move, possible)
        return target

    def _telling(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        return (*self.news, News(kind, at, by, _said({"resource": self.id, **facts})))


def _said(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if fact not in (None, "", ())}


def with_grades(resource: Resource, grades: Mapping[str, int]) -> Resource:
    """The resource with its columns' grades written on them."""
    columns = tuple(replace(column, grade=grades.get(column.name)) for column in resource.columns)
    return replace(resource, columns=columns)
