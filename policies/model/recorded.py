"""What every noun of the procedure has: a version, and the news of what was just done to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar

from logs.model import Actor, Fact
from policies.errors import MaterialFlawed, MoveNotAllowed
from policies.flaws import unsaid

State = TypeVar("State", bound=str)
Move = TypeVar("Move", bound=str)


@dataclass(frozen=True, slots=True)
class News:
    """What was done, to become an event in the transaction that saves it; `kind` is the event's."""

    kind: str
    at: datetime
    by: Actor
    facts: Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A thing on record: `version` is the one last saved, 0 for none; `news` rides along until it is saved."""

    thing: ClassVar[str]

    id: str
    version: int = 0
    news: tuple[News, ...] = field(default=(), compare=False, repr=False)

    @property
    def subject(self) -> str:
        """How an event names it."""
        return f"{self.thing}:{self.id}"

    def telling(self, kind: str, *, at: datetime, by: Actor, **facts: Fact) -> tuple[News, ...]:
        """The news so far and one more; facts that are empty are left out."""
        said = {name: fact for name, fact in facts.items() if fact not in (None, "", ())}
        return (*self.news, News(kind, at, by, said))


def moved(moves: Mapping[tuple[State, Move], State], state: State, move: Move, *, thing: str, id: str) -> State:
    """The state a move leads to; raises `MoveNotAllowed` naming the moves that are possible instead."""
    target = moves.get((state, move))
    if target is None:
        raise MoveNotAllowed(thing, id, state, move, [other for start, other in moves if start == state])
    return target


def require_said(**texts: str) -> None:
    """Raises `MaterialFlawed` naming every text that says nothing."""
    if flaws := unsaid(texts):
        raise MaterialFlawed(flaws)
