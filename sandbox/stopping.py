"""What ends with a stop or an agreement: running queries at once, and answers that wait (Articles 17 and 18)."""

from datetime import datetime

from logs.model import Actor
from policies.model.stops import Stop
from sandbox.domain import Domain
from sandbox.running import stop_queries


def halt(domain: Domain, stop: Stop, *, by: Actor, at: datetime) -> int:
    """End every running query that a stop halts; how many."""
    return stop_queries(
        domain, halted=lambda query: stop.covers(query.processing), reason=f"stop {stop.id}", by=by, at=at
    )


def close_agreement(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """End every running query of an agreement that has ended, and delete its answers; how many ran."""
    killed = stop_queries(domain, agreement=agreement, reason="agreement", by=by, at=at)
    forget_answers(domain, agreement, by=by, at=at)
    return killed


def forget_answers(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """Delete every answer that waits under an agreement that has ended; how many."""
    with domain.begin() as work:
        waiting = work.queries.answered(agreement)
        for query in waiting:
            work.queries.save(query.expire(by=by, at=at))
    for query in waiting:
        domain.results.remove(query.id)
    return len(waiting)
