"""Training in data security: who attended what, and until when it counts (Measure, Article 22 (1))."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, NewType, Self

from logs.model import Actor, ActorId, OrganisationId
from policies.calendar import day_of
from policies.denials import SelfApproval
from policies.errors import MaterialFlawed
from policies.flaws import Flaw, unsaid
from policies.model.recorded import Recorded

TrainingId = NewType("TrainingId", str)


@dataclass(frozen=True, kw_only=True)
class Training(Recorded):
    """One person's attendance, with the SHA-256 of its proof; it counts through `until`."""

    thing: ClassVar[str] = "training"

    id: TrainingId
    person: ActorId
    organisation: OrganisationId
    title: str
    held_on: date
    until: date
    evidence: str

    def attended(self, *, by: Actor, at: datetime) -> Self:
        """Put it on record; raises `SelfApproval` for one's own, `MaterialFlawed` naming everything wrong with it."""
        if by.id == self.person:
            raise SelfApproval(self.thing, self.id)
        if flaws := tuple(self._flaws(day_of(at))):
            raise MaterialFlawed(flaws)
        facts = {"person": self.person, "party": self.organisation, "title": self.title, "digest": self.evidence}
        return replace(self, news=self.telling("training.attended", by=by, at=at, ends=self.until.isoformat(), **facts))

    def counts(self, *, on: date) -> bool:
        """Whether it counts on that day."""
        return self.held_on <= on <= self.until

    def _flaws(self, today: date) -> Iterator[Flaw]:
        yield from unsaid({"title": self.title})
        if self.held_on > today or self.until < self.held_on:
            yield Flaw(
                "training-days-wrong",
                "held_on",
                {
                    "zh": "培训日期应已过去，且不晚于有效期",
                    "en": "the day must be past and not after the last day it counts",
                },
                {"zh": "更正日期", "en": "correct the days"},
            )
