"""The reference receiver: the resource platform's side of the log, a process of its own with a database of its own."""

import hmac
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from google.protobuf.message import DecodeError
from google.rpc.code_pb2 import FAILED_PRECONDITION, INVALID_ARGUMENT, UNAVAILABLE
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from logs.adapters.archive import Archive, archive_view, archive_work, open_archive
from logs.adapters.evidence import write_lines
from logs.adapters.otlp import HEAD, PROTOBUF, decoded, records
from logs.canonical import moment
from logs.errors import Language
from logs.kinds import KINDS
from logs.misdelivered import GapInDelivery, Misdelivered, UnreadableDelivery
from logs.model import Sealed
from logs.reception import Filter, receive
from logs.seal import Head

LARGEST = 64 * 2**20  # bytes of one delivery, unpacked
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who may deliver (the platform) and who may read (the bureau)."""

    delivery: str
    reading: str


def receiver_app(engine: Engine, tokens: Tokens, clock: Callable[[], datetime]) -> FastAPI:
    """The receiver over an archive: OTLP/HTTP in, the bureau's view and the export out."""
    begin, view = archive_work(engine), archive_view(engine)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        del app
        yield
        engine.dispose()

    app = FastAPI(title="公共数据资源平台日志接收端 · Log receiver", lifespan=life, docs_url=None, redoc_url=None)
    may_deliver = [Depends(_bearer(tokens.delivery))]
    may_read = [Depends(_bearer(tokens.reading))]

    @app.exception_handler(Misdelivered)
    def misdelivered(request: Request, refusal: Misdelivered) -> Response:
        with begin() as work:
            if isinstance(refusal, UnreadableDelivery):  # refused before there was a record to look at
                work.archive.note(refusal.kind, refusal.seq, at=clock())
            head = work.archive.head()
        said = f"{refusal.kind}: {refusal.detail('en')}"
        if isinstance(refusal, GapInDelivery):
            return _answer(Status(code=FAILED_PRECONDITION, message=said), head, 409)
        return _answer(Status(code=INVALID_ARGUMENT, message=said), head, 400)

    @app.exception_handler(OperationalError)
    def no_room(request: Request, trouble: OperationalError) -> Response:
        return _answer(Status(code=UNAVAILABLE, message="the archive cannot be written now"), None, 503)

    @app.post("/v1/logs", dependencies=may_deliver)
    def deliver(body: Annotated[bytes, Depends(_body)]) -> Response:
        try:
            request = ExportLogsServiceRequest.FromString(body)
        except DecodeError as cause:
            raise UnreadableDelivery(len(body)) from cause
        head = receive(begin, [decoded(record) for record in records(request)], at=clock())
        return _answer(ExportLogsServiceResponse(), head, 200)

    @app.get("/head", dependencies=may_deliver)
    def end() -> Response:
        with view() as work:
            head = work.archive.head()
        return JSONResponse({"seq": head.seq, "seal": head.seal}, headers={HEAD: str(head)})

    @app.get("/health")
    def health() -> dict[str, Any]:
        with engine.connect().execution_options(reading=True) as connection:
            archive = Archive(connection)
            received = archive.last_received()
            return {
                "status": "ok",
                "records": archive.head().seq,
                "last_received_at": moment(received) if received else None,
                "incidents": len(archive.incidents()),
            }

    @app.get("/records", dependencies=may_read)
    def who_saw_what(
        wanted: Annotated[_Wanted, Query()], language: Annotated[Language, Depends(_language)]
    ) -> dict[str, Any]:
        with view() as work:
            found = work.archive.search(wanted.filter())
        return {
            "records": [_shown(link, language) for link in found],
            "next": found[-1].seq if len(found) == wanted.limit else None,
        }

    @app.get("/incidents", dependencies=may_read)
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

    @app.get("/export", dependencies=may_read)
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

    return app


def serve_receiver(
    database: Path,
    tokens: Tokens,
    *,
    clock: Callable[[], datetime],
    host: str = "127.0.0.1",
    port: int = 4318,
) -> None:
    """Run the receiver until it is told to stop; the database is made when it is not there."""
    app = receiver_app(open_archive(database), tokens, clock)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


def _bearer(token: str) -> Callable[..., None]:
    def check(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "bearer token wanted", {"WWW-Authenticate": "Bearer"})

    return check


async def _body(request: Request) -> bytes:
    """The delivery's bytes, unpacked; what is too large is not read to its end."""
    packed = bytearray()
    async for chunk in request.stream():
        packed += chunk
        if len(packed) > LARGEST:
            raise UnreadableDelivery(len(packed))
    if request.headers.get("Content-Encoding") != "gzip":
        return bytes(packed)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(packed, LARGEST)
    except zlib.error as cause:
        raise UnreadableDelivery(len(packed)) from cause
    if not unpacker.eof:
        raise UnreadableDelivery(len(packed))
    return body


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


def _language(accept_language: Annotated[str, Header()] = "") -> Language:
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


def _answer(message: Any, head: Head | None, status: int) -> Response:
    headers = {HEAD: str(head)} if head else {"Retry-After": "5"}
    return Response(message.SerializeToString(), status, headers=headers, media_type=PROTOBUF)
