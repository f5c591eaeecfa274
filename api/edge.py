"""The outermost layers, as plain ASGI: size of a request, security headers, and no fault that shows its insides."""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge
from api.faults import InternalFault
from api.languages import preferred
from api.problems import problem
from api.state import known
from api.uploads import require_size, takes_files
from logs.errors import Language, Refusal

DRAINED = 64 << 20  # a larger body is not even read to its end before it is refused

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

log = structlog.get_logger("api")


HEADERS: Mapping[int, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "2"},
}


def answer(refusal: Refusal, request: Request, *, default: Language) -> Response:
    """A refusal as a response in the caller's language."""
    language = preferred(request.headers.get("accept-language"), default=default)
    body = problem(refusal, language, instance=request.url.path)
    headers = {"Content-Language": language, "Cache-Control": "no-store", **HEADERS.get(body["status"], {})}
    return JSONResponse(body, body["status"], headers, media_type="application/problem+json")


def refusal_of(error: Exception, *, state: Path) -> Refusal:
    """What the caller may know of an unforeseen error: never its text, which could quote a value."""
    if isinstance(error, OSError | OperationalError) and (seen := known(error, state)) is not None:
        return seen
    number = uuid4().hex[:12]
    where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("fault", number=number, error=type(error).__name__, where=where)
    return InternalFault(number)


class Edge:
    """Wraps the application: refuses large requests, adds security headers, turns faults into problems."""

    def __init__(self, app: ASGIApp, *, state: Path, default: Language, limit: int, upload_limit: int) -> None:
        self.app, self.state, self.default, self.limit, self.upload_limit = app, state, default, limit, upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if takes_files(scope["method"], scope["path"]):
                require_size(Headers(scope=scope).get("content-length"), limit=self.upload_limit)
            else:
                receive = await self._read(Headers(scope=scope), receive)
            await self.app(scope, receive, sending)
        except Refusal as refusal:
            await answer(refusal, Request(scope), default=self.default)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the last resort, so that no traceback reaches anyone
            fault = refusal_of(error, state=self.state)
            if not started:
                await answer(fault, Request(scope), default=self.default)(scope, receive, sending)

    async def _read(self, headers: Headers, receive: Receive) -> Receive:
        """The whole body, read before anything acts on it."""
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > DRAINED:
            raise BodyTooLarge(self.limit)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            part = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(part)
            if size <= self.limit:
                parts.append(part)
            elif size > DRAINED:
                raise BodyTooLarge(self.limit)
        if size > self.limit:
            raise BodyTooLarge(self.limit)
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        return replay
