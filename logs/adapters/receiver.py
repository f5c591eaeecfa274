"""The reference receiver: the resource platform's side of the log, a process of its own with a database of its own."""

import hmac
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from google.protobuf.message import DecodeError
from google.rpc.code_pb2 import FAILED_PRECONDITION, INVALID_ARGUMENT, UNAVAILABLE
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from logs.adapters.archive import Archive, archive_view, archive_work, open_archive
from logs.adapters.ed25519 import verified
from logs.adapters.otlp import HEAD, PROTOBUF, RECEIPT, decoded, encoded, records
from logs.adapters.receiver_reading import PAGE, reading, spoken
from logs.adapters.receiver_watch import STATUS, Watch, refused, watching
from logs.canonical import moment
from logs.checkpoint import Signer
from logs.errors import NotYetSigned
from logs.misdelivered import GapInDelivery, Misdelivered, UnreadableDelivery
from logs.receipts import Receipt, receipt
from logs.reception import Desk, Filter, receive

LARGEST = 64 * 2**20  # bytes of one delivery, unpacked


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who may deliver (the platform) and who may read (the bureau)."""

    delivery: str
    reading: str


def receiver_app(
    engine: Engine,
    tokens: Tokens,
    clock: Callable[[], datetime],
    *,
    signer: Signer,
    keys: frozenset[str] = frozenset(),
) -> FastAPI:
    """The receiver over an archive: OTLP/HTTP in, the bureau's view, its watch and the export out.

    `signer` signs its receipts; `keys` are the public keys that may sign the platform's checkpoints (none: any one).
    """
    begin, view = archive_work(engine), archive_view(engine)
    desk = Desk(begin, signer, verified, keys)

    eyes = Watch(engine, clock)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        del app
        eyes.start()
        yield
        eyes.stop()
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
        given = receipt(head, signer, at=clock())
        if isinstance(refusal, GapInDelivery):
            return _answer(Status(code=FAILED_PRECONDITION, message=said), given, 409)
        return _answer(Status(code=INVALID_ARGUMENT, message=said), given, 400)

    @app.exception_handler(NotYetSigned)
    def not_yet_signed(request: Request, refusal: NotYetSigned) -> Response:
        return JSONResponse({"detail": refusal.detail(spoken(request.headers.get("accept-language", "")))}, 404)

    @app.exception_handler(OperationalError)
    def no_room(request: Request, trouble: OperationalError) -> Response:
        return _answer(Status(code=UNAVAILABLE, message="the archive cannot be written now"), None, 503)

    @app.post("/v1/logs", dependencies=may_deliver)
    def deliver(body: Annotated[bytes, Depends(_body)]) -> Response:
        try:
            request = ExportLogsServiceRequest.FromString(body)
        except DecodeError as cause:
            raise UnreadableDelivery(len(body)) from cause
        given = receive(desk, [decoded(record) for record in records(request)], at=clock())
        return _answer(ExportLogsServiceResponse(), given, 200)

    @app.get("/head", dependencies=may_deliver)
    def end() -> Response:
        with view() as work:
            head = work.archive.head()
        given = receipt(head, signer, at=clock())
        return JSONResponse({"seq": head.seq, "seal": head.seal}, headers={HEAD: str(head), RECEIPT: str(given)})

    @app.get("/delivered", dependencies=may_deliver)
    def delivered(first: Annotated[int, Query(ge=1)], count: Annotated[int, Query(ge=1, le=PAGE)] = 1) -> Response:
        """What was delivered, handed back to whoever delivers, so that a receiver that forgets is found out."""
        with view() as work:
            found = work.archive.search(Filter(after=first - 1, limit=count))
        return Response(encoded(found).SerializeToString(), media_type=PROTOBUF)

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

    app.include_router(reading(view, may_read))
    app.include_router(watching(engine, clock, may_read=may_read, may_deliver=may_deliver))
    for refusal in STATUS:
        app.add_exception_handler(refusal, refused)
    return app


def serve_receiver(
    database: Path,
    tokens: Tokens,
    *,
    clock: Callable[[], datetime],
    signer: Signer,
    host: str = "127.0.0.1",
    port: int = 4318,
) -> None:
    """Run the receiver until it is told to stop; the database is made when it is not there."""
    app = receiver_app(open_archive(database), tokens, clock, signer=signer)
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


def _answer(message: Any, given: Receipt | None, status: int) -> Response:
    headers = {HEAD: str(given.head), RECEIPT: str(given)} if given else {"Retry-After": "5"}
    return Response(message.SerializeToString(), status, headers=headers, media_type=PROTOBUF)
