"""The bureau's reading of the receiver: who saw what, refused deliveries, proofs of single records, the export."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.params import Depends as Dependency
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from logs.adapters.evidence import write_lines
from logs.adapters.otlp import HEAD
from logs.canonical import moment
from logs.errors import Language
from logs.kinds import KINDS
from logs.model import Sealed
from logs.reception import BeginReception, Filter, prove_record

PAGE = 1000


def reading(view: BeginReception, may_read: list[Dependency]) -> APIRouter:
    """The routes of those who may read."""
    app = APIRouter(dependencies=may_read)

    @app.get("/records")
    def who_saw_what(
        wanted: Annotated[_Wanted, Query()], language: Annotated[Language, Depends(spoken)]
    ) -> dict[str, Any]:
        with view() as work:
            found = work.archive.search(wanted.filter())
        return {
            "records": [_shown(link, language) for link in found],
            "next": found[-1].seq if len(found) == wanted.limit else None,
        }

    @app.get("/incidents")
    def incidents() -> list[dict[str, Any]]:
        with view() as work:
            found = work.archive.incidents()
        return [
            {
                "kind": incident.kind,
                "seq": incident.seq,
                "first_at": moment(incident.first_at),
                "last_at": moment(incident.last_at),
                "times": incident.times,
            }
            for incident in found
        ]

    @app.get("/export")
    def export() -> Response:
        with view() as work:
            head = work.archive.head()

        def lines() -> Iterator[str]:
            after = 0
            while after < head.seq:
                with view() as work:
                    page = work.archive.search(Filter(after=after, limit=min(PAGE, head.seq - after)))
                if not page:
                    return
                yield from write_lines(page)
                after = page[-1].seq

        return StreamingResponse(lines(), media_type="application/x-ndjson", headers={HEAD: str(head)})

    @app.get("/records/{seq}/proof")
    def proof(seq: Annotated[int, Path(ge=1)]) -> Response:
        return Response(prove_record(view, seq).written(), media_type="application/json")

    return app


class _Wanted(BaseModel):
    """What the bureau asks for; all of it must hold. Times carry their zone."""

    party: str | None = None
    actor: str | None = None
    resource: str | None = None
    agreement: str | None = None
    application: str | None = None
    scenario: str | None = None
    query: str | None = None
    output: str | None = None
    kind: list[str] = []
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    after: int = Field(0, ge=0)
    limit: int = Field(100, ge=1, le=PAGE)

    def filter(self) -> Filter:
        """The same in the archive's words."""
        about = self.model_dump(exclude={"kind", "since", "until", "after", "limit"}, exclude_none=True)
        return Filter(about, tuple(self.kind), self.since, self.until, self.after, self.limit)


def spoken(accept_language: Annotated[str, Header()] = "") -> Language:
    """The language a reader asks for, Chinese unless it is English."""
    return "en" if accept_language.lower().startswith("en") else "zh"


def _shown(link: Sealed, language: Language) -> dict[str, Any]:
    event = link.event
    kind = KINDS.get(event.kind)
    return {
        "seq": link.seq,
        "id": event.id,
        "at": moment(event.at),
        "kind": event.kind,
        "title": kind.title(language) if kind else event.kind,
        "by": {"id": event.by.id, "organisation": event.by.organisation, "role": event.by.role},
        "subject": event.subject,
        "facts": dict(event.facts),
        "seal": link.seal,
    }
