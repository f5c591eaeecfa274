"""What people do with outputs: ask, name a reviewer, look, decide, download (Article 19); one verb, one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa

from logs.model import Actor, Event, EventId, Role
from policies.errors import NoSuch
from sandbox.domain import Domain, doing
from sandbox.errors import NotReleased, ResultDamaged
from sandbox.output import Output, OutputId, OutputState
from sandbox.query import QueryId

SEES_ALL = frozenset({Role.OPERATOR, Role.BUREAU, Role.REGULATOR})
"""Who may see that an output was asked for and what became of it; the table itself only its two sides see."""


def request_output(
    domain: Domain, query: QueryId, *, id: OutputId, title: str, purpose: str, by: Actor, at: datetime
) -> Output:
    """Ask to let an answer out; the table under review is kept from here on.

    Raises `NoSuch`, `NotAParty`, `NotAnswered`, `MaterialFlawed`, `ResultDamaged`, `NotPermitted`.
    """
    domain.permissions.require(by, "request", "output")
    with doing(domain, "request", "output", id, by=by, at=at) as work:
        found = work.queries.get(query)
        if found is None or found.by.organisation != by.organisation:
            raise NoSuch("query", query)
        found.require_answered()
        kept = domain.results.keep(id, domain.results.open(query).table)
        try:
            output = Output.request(found, id=id, title=title, purpose=purpose, digest=kept.digest, by=by, at=at)
            work.outputs.save(output)
        except BaseException:
            domain.results.remove(id)
            raise
    return output


def assign_reviewer(domain: Domain, id: OutputId, reviewer: Actor, *, by: Actor, at: datetime) -> Output:
    """Name who reviews it; raises `NotAReviewer`, `SelfApproval`, `MoveNotAllowed`, `NoSuch`, `NotPermitted`."""
    return _move(domain, id, "assign", lambda output: output.assign(reviewer, by=by, at=at), by=by, at=at)


def release_output(domain: Domain, id: OutputId, *, reason: str = "", by: Actor, at: datetime) -> Output:
    """Let it out; raises `NotAParty`, `SelfApproval`, `MoveNotAllowed`, `NoSuch`, `NotPermitted`."""
    return _move(domain, id, "release", lambda output: output.release(reason=reason, by=by, at=at), by=by, at=at)


def refuse_output(domain: Domain, id: OutputId, reasons: tuple[str, ...], *, by: Actor, at: datetime) -> Output:
    """Keep it in, with reasons; raises what `release_output` does, and `MaterialFlawed` without a reason."""
    refused = _move(domain, id, "refuse", lambda output: output.refuse(reasons, by=by, at=at), by=by, at=at)
    domain.results.remove(id)
    return refused


def withdraw_output(domain: Domain, id: OutputId, *, by: Actor, at: datetime) -> Output:
    """Whoever asked no longer wants it; raises `NotAParty`, `MoveNotAllowed`, `NoSuch`, `NotPermitted`."""
    withdrawn = _move(domain, id, "withdraw", lambda output: output.withdraw(by=by, at=at), by=by, at=at)
    domain.results.remove(id)
    return withdrawn


def see_output(domain: Domain, id: OutputId, *, by: Actor) -> Output:
    """An output one has to do with, or any for those who supervise; raises `NoSuch`, `NotPermitted`."""
    domain.permissions.require(by, "view", "output")
    with domain.reading() as work:
        return _visible(work.outputs.get(id), id, by=by)


def list_outputs(domain: Domain, *, before: datetime | None, limit: int, by: Actor) -> Sequence[Output]:
    """The newest outputs that one may see, those asked for before a moment."""
    domain.permissions.require(by, "view", "output")
    with domain.reading() as work:
        if by.role in SEES_ALL:
            return work.outputs.listed(before=before, limit=limit)
        if by.role is Role.REVIEWER:
            return work.outputs.listed(reviewer=by.id, before=before, limit=limit)
        return work.outputs.listed(organisation=by.organisation, before=before, limit=limit)


def inspect_output(domain: Domain, id: OutputId, *, event: EventId, by: Actor, at: datetime) -> pa.Table:
    """The table under review, for its reviewer; that it was looked at goes on record.

    Raises `NotAParty`, `SelfApproval`, `NoSuch`, `ResultDamaged`, `NotPermitted`.
    """
    domain.permissions.require(by, "release", "output")
    with doing(domain, "release", "output", id, by=by, at=at) as work:
        output = _visible(work.outputs.get(id), id, by=by)
        output.require_reviewer(by)
        table = _table(domain, output)
        work.events.record(_event(event, "output.viewed", output, by=by, at=at))
    return table


def download_output(domain: Domain, id: OutputId, *, format: str, event: EventId, by: Actor, at: datetime) -> pa.Table:
    """The released table, for the organisation that asked; each time goes on record.

    Raises `NotAParty`, `NotReleased`, `NoSuch`, `ResultDamaged`, `NotPermitted`.
    """
    domain.permissions.require(by, "request", "output")
    with doing(domain, "request", "output", id, by=by, at=at) as work:
        output = _visible(work.outputs.get(id), id, by=by)
        output.require_owner(by)
        if output.state is not OutputState.RELEASED:
            raise NotReleased(id, output.state)
        table = _table(domain, output)
        work.events.record(_event(event, "output.downloaded", output, by=by, at=at, format=format))
    return table


def _move(
    domain: Domain, id: OutputId, verb: str, how: Callable[[Output], Output], *, by: Actor, at: datetime
) -> Output:
    domain.permissions.require(by, verb, "output")
    with doing(domain, verb, "output", id, by=by, at=at) as work:
        moved = how(_visible(work.outputs.get(id), id, by=by))
        work.outputs.save(moved)
    return moved


def _visible(output: Output | None, id: OutputId, *, by: Actor) -> Output:
    if output is not None and (
        by.role in SEES_ALL
        or by.organisation == output.organisation
        or (output.reviewer is not None and by.id == output.reviewer.id)
    ):
        return output
    raise NoSuch("output", id)


def _table(domain: Domain, output: Output) -> pa.Table:
    """The stored table; raises `ResultDamaged` unless it is the very one that was asked for."""
    kept = domain.results.open(output.id)
    if kept.digest != output.digest:
        raise ResultDamaged
    return kept.table


def _event(id: EventId, kind: str, output: Output, *, by: Actor, at: datetime, format: str = "") -> Event:
    facts = output.facts() | ({"format": format} if format else {})
    return Event(id, kind, at, by, f"output:{output.id}", facts)
