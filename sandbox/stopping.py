"""What ends with a stop or an agreement (Articles 17, 18): running queries, answers that wait, the workspace."""

from datetime import datetime

from logs.model import Actor
from policies.model.stops import Stop
from sandbox.domain import Domain
from sandbox.nonpublic.service import close_files
from sandbox.query import Query
from sandbox.running import stop_queries
from sandbox.workspace import WorkspaceTable
from sandbox.workspaces import close_workspace, delete_table


def halt(domain: Domain, stop: Stop, *, by: Actor, at: datetime) -> int:
    """End every running query that a stop halts; how many."""
    return stop_queries(
        domain, halted=lambda query: stop.covers(query.processing), reason=f"stop {stop.id}", by=by, at=at
    )


def close_agreement(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """End every running query of an agreement that has ended, delete its answers, its workspace and its
    own files; how many ran."""
    killed = stop_queries(domain, agreement=agreement, reason="agreement", by=by, at=at)
    close_workspace(domain, agreement, by=by, at=at)
    close_files(domain, agreement, by=by, at=at)
    forget_answers(domain, agreement, by=by, at=at)
    return killed


def end_table(domain: Domain, agreement: str, name: str, *, by: Actor, at: datetime) -> WorkspaceTable:
    """Delete one table of a workspace, after ending the queries that read it.

    Raises `NoSuch`, `TableNeeded`, and what `policies` refuses with.
    """
    domain.permissions.require(by, "delete", "workspace")
    domain.agreement(agreement, by=by, at=at)

    end_reading(domain, agreement, name, by=by, at=at)
    return delete_table(domain, agreement, name, by=by, at=at)


def end_reading(domain: Domain, agreement: str, name: str, *, by: Actor, at: datetime) -> int:
    """End the running queries of an agreement that read one of its tables or files; how many."""

    def reads(query: Query) -> bool:
        return name in dict(query.snapshots)

    return stop_queries(domain, agreement=agreement, halted=reads, reason=f"deleted {name}", by=by, at=at)


def forget_answers(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """Delete every answer that waits under an agreement that has ended; how many."""
    with domain.begin() as work:
        waiting = work.queries.answered(agreement)
        for query in waiting:
            work.queries.save(query.expire(by=by, at=at))
    for query in waiting:
        domain.results.remove(query.id)
    return len(waiting)
