"""Who saw what: the delivered records, asked of the resource platform; and whether the house is well."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field

from api.calls import At, By, Call, In, NewId, Speaks
from api.faults import ResourcePlatformSilent
from api.schemas.common import Told, problems
from api.wiring_logs import RECEIVER
from logs.errors import NotYetSigned
from logs.model import Event, EventId
from logs.service import backlog
from policies.denials import NotPermitted

router = APIRouter(route_class=Call, tags=["日志 records"], prefix="/records")
health = APIRouter(tags=["运行状况 health"])
Text = Annotated[str | None, Query(max_length=64)]


class RecordTold(Told):
    """A delivered record: number, time, what happened, who did it, to what, and its seal."""

    seq: int
    id: str
    at: str
    kind: str = Field(examples=["query.run"])
    title: str = Field(examples=["查询已执行"])
    by: dict[str, str]
    subject: str
    facts: dict[str, Any]
    seal: str


class RecordsTold(Told):
    """Some records, and after which number to go on."""

    records: list[RecordTold]
    next: int | None


class CheckpointTold(Told):
    """How long the log was, its last seal and the root of its tree, signed by the platform."""

    hash: str = Field(examples=["sha256"])
    size: int
    seal: str
    root: str
    key: str
    signature: str


class RecordProofTold(Told):
    """One record proved without the rest (RFC 6962); `python -m api verify-record` verifies it offline."""

    proof: int
    text: str
    path: list[str]
    checkpoint: CheckpointTold


class RingTold(Told):
    """A ring of confinement, whether the workers stand inside it, and what it stops."""

    name: str = Field(examples=["landlock"])
    available: bool
    stops: str


class BacklogTold(Told):
    """Events that the resource platform has not acknowledged."""

    unsealed: int
    undelivered: int
    oldest_seconds: int


class HealthTold(Told):
    """`status` is `ok`, or `degraded` where a ring is missing or delivery lags."""

    status: str = Field(examples=["ok"])
    confinement: list[RingTold]
    backlog: BacklogTold
    rules: str


@router.get("", summary="谁看过什么 / who saw what", responses={**problems(NotPermitted, ResourcePlatformSilent)})
def get_records(
    house: In,
    by: By,
    at: At,
    speaks: Speaks,
    event: NewId,
    *,
    party: Text = None,
    actor: Text = None,
    resource: Text = None,
    agreement: Text = None,
    scenario: Text = None,
    query: Text = None,
    output: Text = None,
    kind: Annotated[list[str] | None, Query(max_length=20)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RecordsTold:
    """The delivered records that match all that is asked, oldest first; that they were looked at goes on record."""
    house.require(by, "view", "log", at=at)
    about = {
        "party": party,
        "actor": actor,
        "resource": resource,
        "agreement": agreement,
        "scenario": scenario,
        "query": query,
        "output": output,
    }
    asked = {name: value for name, value in about.items() if value is not None}
    times = {name: moment.isoformat() for name, moment in (("since", since), ("until", until)) if moment is not None}
    found = house.resource_platform.records(
        {**asked, **times, "kind": kind or [], "after": after, "limit": limit}, language=speaks
    )
    facts = {name: value for name, value in asked.items() if name not in {"actor", "output"}}
    with house.begin() as work:
        work.events.record(
            Event(EventId(event), "log.searched", at, by, "log:records", {**facts, "records": len(found["records"])})
        )
    return RecordsTold.model_validate(found)


@router.get(
    "/{seq}/proof",
    summary="一条记录的证明 / the proof of one record",
    responses={**problems(NotPermitted, ResourcePlatformSilent, NotYetSigned)},
)
def get_proof(house: In, by: By, at: At, event: NewId, seq: Annotated[int, Path(ge=1, le=10**18)]) -> RecordProofTold:
    """The record, a path of hashes and the signed checkpoint they lead to: verified with the public key alone."""
    house.require(by, "view", "log", at=at)
    found = house.resource_platform.proof(seq)
    with house.begin() as work:
        work.events.record(Event(EventId(event), "log.searched", at, by, f"log:{seq}", {"records": 1}))
    return RecordProofTold.model_validate(found)


@health.get("/health", summary="运行状况 / health")
def get_health(house: In, at: At, speaks: Speaks) -> HealthTold:
    """Whether the house is well: confinement of the query workers, and what waits for delivery. Needs no token."""
    rings = house.rings()
    waiting = backlog(house.ledger_view, RECEIVER)
    well = all(ring.available for ring in rings) and waiting.age(at).total_seconds() < 60  # noqa: PLR2004 - a minute
    return HealthTold(
        status="ok" if well else "degraded",
        confinement=[
            RingTold(name=ring.name.value, available=ring.available, stops=ring.stops[speaks]) for ring in rings
        ],
        backlog=BacklogTold(
            unsealed=waiting.unsealed,
            undelivered=waiting.undelivered,
            oldest_seconds=int(waiting.age(at).total_seconds()),
        ),
        rules=house.permissions.edition,
    )
