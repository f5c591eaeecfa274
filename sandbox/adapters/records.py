"""Queries and outputs as rows: what has a column of its own, and the rest as one JSON text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from logs.model import Actor, ActorId, OrganisationId, Role
from sandbox.failures import Failure, Killed
from sandbox.output import Output, OutputId, OutputState
from sandbox.plan import OutputColumn
from sandbox.query import FigureError, Query, QueryId, QueryState, Told
from sandbox.reasons import Reason


def actor_columns(actor: Actor) -> dict[str, str]:
    """Who acted, as columns."""
    return {"organisation": actor.organisation, "person": actor.id, "role": actor.role}


def actor_of(row: Row[Any]) -> Actor:
    """Who acted, from those columns."""
    return Actor(ActorId(row.person), OrganisationId(row.organisation), Role(row.role))


def written(facts: Mapping[str, Any]) -> str:
    """The rest as text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def query_facts(query: Query) -> dict[str, Any]:
    """What of a query has no column."""
    return {
        "annex": query.annex,
        "scenario": query.scenario,
        "snapshots": query.snapshots,
        "uses": query.uses,
        "columns": [asdict(column) for column in query.columns],
        "releases": query.releases,
        "reasons": [asdict(reason) for reason in query.reasons],
        "told": asdict(query.told) if query.told else None,
        "failure": query.failure,
        "killed": query.killed,
    }


def query_of(row: Row[Any]) -> Query:
    """The query in a row."""
    facts = json.loads(row.facts)
    told = facts["told"]
    return Query(
        id=QueryId(row.id),
        version=row.version,
        agreement=row.agreement,
        by=actor_of(row),
        sql=row.sql,
        received_at=row.received_at,
        state=QueryState(row.state),
        runner=row.runner,
        annex=facts["annex"],
        scenario=facts["scenario"],
        snapshots=_pairs(facts["snapshots"]),
        uses=_pairs(facts["uses"]),
        columns=tuple(
            OutputColumn(column["name"], tuple(column["sources"]), tuple(column["path"])) for column in facts["columns"]
        ),
        releases=facts["releases"],
        reasons=tuple(Reason(**{**reason, "allowed": tuple(reason["allowed"])}) for reason in facts["reasons"]),
        ended_at=row.ended_at,
        milliseconds=row.milliseconds,
        told=told_of(told) if told else None,
        failure=Failure(facts["failure"]) if facts["failure"] else None,
        killed=Killed(facts["killed"]) if facts["killed"] else None,
        keep_until=row.keep_until,
    )


def told_of(facts: dict[str, Any]) -> Told:
    """What goes with an answer; answers of earlier versions say nothing of rules and errors."""
    errors = tuple(FigureError(**each) for each in facts.get("errors", ()))
    return Told(**{**facts, "remarks": tuple(facts["remarks"]), "errors": errors})


def _pairs(listed: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in listed)


def output_facts(output: Output) -> dict[str, Any]:
    """What of an output has no column."""
    reviewer = output.reviewer
    return {
        "agreement": output.agreement,
        "scenario": output.scenario,
        "resources": output.resources,
        "title": output.title,
        "purpose": output.purpose,
        "digest": output.digest,
        "rows": output.rows,
        "reviewer": actor_columns(reviewer) if reviewer else None,
        "reasons": output.reasons,
    }


def output_of(row: Row[Any]) -> Output:
    """The output in a row."""
    facts = json.loads(row.facts)
    named = facts["reviewer"]
    return Output(
        id=OutputId(row.id),
        version=row.version,
        query=QueryId(row.query),
        agreement=facts["agreement"],
        scenario=facts["scenario"],
        resources=tuple(facts["resources"]),
        title=facts["title"],
        purpose=facts["purpose"],
        by=actor_of(row),
        asked_at=row.asked_at,
        digest=facts["digest"],
        rows=facts["rows"],
        state=OutputState(row.state),
        reviewer=Actor(ActorId(named["person"]), OrganisationId(named["organisation"]), Role(named["role"]))
        if named
        else None,
        decided_at=row.decided_at,
        reasons=tuple(facts["reasons"]),
    )
