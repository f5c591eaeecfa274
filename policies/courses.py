"""Courses: what is done about a demand, an objection, an incident, an order, as tables that a lawyer can read.

Each table says by which act a matter begins, which acts lead from which state to which, what has to be said with each,
on whose side one must stand, and how long it may take. Who may do an act at all stands in `roles.csv`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Side(StrEnum):
    """On which side of a matter one must stand to do something about it."""

    OPENER = "opener"
    ADDRESSEE = "addressee"
    OTHERS = "others"
    ANYBODY = "anybody"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One act: from which states it leads to which, the event it becomes, and what has to be said with it."""

    verb: str
    path: str
    start: tuple[str, ...] = ()
    to: str
    tells: str
    says: tuple[str, ...] = ()
    side: Side = Side.ANYBODY


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """How long the states it runs through may take, in working days or in hours."""

    through: tuple[str, ...]
    days: int = 0
    hours: int = 0


@dataclass(frozen=True, kw_only=True)
class Course:
    """The course of a kind of matter. `names` are ids it must name, `may_name` those it may; its opener dates it."""

    noun: str
    path: str
    zh: str
    en: str
    article: str
    opening: Act
    acts: tuple[Act, ...]
    names: tuple[str, ...] = ()
    may_name: tuple[str, ...] = ()
    clock: Clock | None = None
    dated: bool = False

    @cached_property
    def moves(self) -> Mapping[tuple[str, str], str]:
        """The table of moves, as every noun of the procedure has one."""
        return {(start, act.verb): act.to for act in self.acts for start in act.start}

    @cached_property
    def by_verb(self) -> Mapping[str, Act]:
        """The acts by their verbs."""
        return {act.verb: act for act in self.acts}


def _course(
    noun: str,
    path: str,
    *,
    zh: str,
    en: str,
    article: str,
    acts: str,
    names: str = "",
    may_name: str = "",
    clock: Clock | None = None,
    dated: bool = False,
) -> Course:
    """A course from its table; the columns: verb, noun in the address, from which states to which, event, what has to
    be said, on whose side. The first row opens it."""
    opening, *others = (_act(row) for row in acts.splitlines() if row.strip())
    return Course(
        noun=noun,
        path=path,
        zh=zh,
        en=en,
        article=article,
        opening=opening,
        acts=tuple(others),
        names=tuple(names.split()),
        may_name=tuple(may_name.split()),
        clock=clock,
        dated=dated,
    )


def _act(row: str) -> Act:
    verb, path, move, tells, says, side = (cell.strip() for cell in row.split("|"))
    start, _, to = move.partition("->")
    return Act(
        verb=verb,
        path=path,
        start=tuple(state.strip() for state in start.split(",") if state.strip()),
        to=to.strip(),
        tells=tells,
        says=tuple(says.split()),
        side=Side(side) if side else Side.ANYBODY,
    )


DEMAND = _course(
    "demand",
    "data-demands",
    zh="数据需求",
    en="data demand",
    article="M 11",
    may_name="scenario resource",
    acts="""
    raise    |            |                   -> raised    | demand.raised    | title purpose data |
    forward  | forwarding | raised            -> forwarded | demand.forwarded | remark             | others
    meet     | supply     | forwarded         -> met       | demand.met       | answer             |
    decline  | decline    | forwarded         -> declined  | demand.declined  | reason             |
    withdraw | withdrawal | raised, forwarded -> withdrawn | demand.withdrawn |                    | opener
""",
)
"""Data that the development catalog lacks: the operator gathers, the information center answers (Article 11)."""

OBJECTION = _course(
    "objection",
    "objections",
    zh="异议",
    en="objection",
    article="S 14",
    names="resource",
    clock=Clock(through=("raised",), days=5),
    acts="""
    raise    |            |        -> raised    | objection.raised    | ground   |
    uphold   | upholding  | raised -> upheld    | objection.upheld    | answer   | others
    deny     | denial     | raised -> denied    | objection.denied    | reason   | others
    correct  | correction | upheld -> corrected | objection.corrected | measures |
    withdraw | withdrawal | raised -> withdrawn | objection.withdrawn |          | opener
""",
)
"""Who the data is about says that it is wrong; five working days to answer (Sharing Measure, Article 14)."""

INCIDENT = _course(
    "incident",
    "incidents",
    zh="安全事件",
    en="security incident",
    article="M 22",
    may_name="agreement resource party",
    clock=Clock(through=("declared", "activated"), hours=12),
    acts="""
    declare  |             |                     -> declared  | incident.declared  | title risk    |
    activate | plan        | declared            -> activated | incident.activated | plan          |
    report   | report      | declared, activated -> reported  | incident.reported  | risk measures | opener
    contain  | containment | reported            -> contained | incident.contained | measures      |
    review   | review      | contained           -> reviewed  | incident.reviewed  | cause lessons |
    close    | closure     | reviewed            -> closed    | incident.closed    | reason        | others
    reopen   | reopening   | reviewed            -> contained | incident.reopened  | reason        |
""",
)
"""Loss, leak, alteration: the plan starts, the bureau is told within twelve hours, a review closes it (Article 22)."""

INSPECTION = _course(
    "inspection",
    "inspections",
    zh="监督检查",
    en="inspection",
    article="M 23",
    names="party",
    acts="""
    begin    |            |       -> begun     | inspection.begun     | title basis |
    conclude | conclusion | begun -> concluded | inspection.concluded | findings    | opener
""",
)
"""The bureau or another supervisor looks into how a party runs things, and says what it found (Article 23)."""

RECTIFICATION = _course(
    "rectification",
    "rectifications",
    zh="整改通知",
    en="rectification order",
    article="M 23",
    names="party",
    may_name="inspection incident agreement resource",
    clock=Clock(through=("ordered", "answered")),
    dated=True,
    acts="""
    order   |            |                   -> ordered  | rectification.ordered  | findings measures |
    respond | answer     | ordered           -> answered | rectification.answered | plan              | addressee
    finish  | completion | ordered, answered -> finished | rectification.finished | measures          | addressee
    return  | return     | finished          -> ordered  | rectification.returned | reason            | opener
    close   | closure    | finished          -> closed   | rectification.closed   | reason            | opener
""",
)
"""What has to be put right, by when; tracked until whoever ordered it is satisfied (Article 23)."""

SOURCING = _course(
    "sourcing",
    "source-requests",
    zh="源数据申请",
    en="request for source data",
    article="M 12",
    names="scenario resource",
    acts="""
    ask      |            |                     -> asked     | sourcing.asked     | necessity consents safety |
    forward  | forwarding | asked               -> forwarded | sourcing.forwarded | remark                    | others
    consent  | consent    | forwarded           -> consented | sourcing.consented | reason                    | others
    refuse   | refusal    | asked, forwarded    -> refused   | sourcing.refused   | reason                    | others
    supply   | supply     | consented           -> supplied  | sourcing.supplied  | record                    |
    end      | end        | consented, supplied -> ended     | sourcing.ended     | reason                    |
    withdraw | withdrawal | asked, forwarded    -> withdrawn | sourcing.withdrawn |                           | opener
""",
)
"""Source data, by scenario: the department concerned consents, the information center supplies it (Article 12)."""

COURSES: tuple[Course, ...] = (DEMAND, OBJECTION, INCIDENT, INSPECTION, RECTIFICATION, SOURCING)
