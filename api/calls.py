"""What every call shares: who asks, when, in which language, and a POST that may safely be sent twice."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import IdempotencyKeyReused, TokenMissing
from api.identity import digest, identify
from api.languages import preferred
from api.repeats import KEY_LENGTH, Answer, Repeat, claim, fingerprint, release, settle
from api.uploads import takes_files
from api.wiring import Platform
from logs.errors import Language
from logs.model import Actor, EventId

KEPT_HEADERS = ("content-type", "location", "content-language")
SUCCESS = range(200, 300)
READS = frozenset({"GET", "HEAD", "OPTIONS"})
PROTECTIVE = ("/stops", "/termination", "/cancellation", "/withdrawal", "/dismissal", "/revocation")
"""What ends something is done even where delivery of the log lags so far behind that nothing new may begin."""
bearer = HTTPBearer(auto_error=False, scheme_name="token", description="令牌 / token: `Authorization: Bearer xds_…`")


def platform(request: Request) -> Platform:
    """The platform that the application was composed with."""
    return cast(Platform, request.app.state.platform)


def caller(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Actor:
    """Whom the token stands for; raises `TokenMissing`, `TokenUnknown`, `TokenExpired`, `TokenRevoked`."""
    del credentials  # declared for the OpenAPI document; read once, below
    return _identified(request)


def now(request: Request) -> datetime:
    """The moment of the call."""
    return platform(request).clock()


def language(request: Request) -> Language:
    """The language the caller reads."""
    return preferred(request.headers.get("accept-language"), default=platform(request).settings.language)


def new_id() -> str:
    """A new random id."""
    return uuid4().hex


In = Annotated[Platform, Depends(platform)]
By = Annotated[Actor, Depends(caller)]
At = Annotated[datetime, Depends(now)]
Speaks = Annotated[Language, Depends(language)]
NewId = Annotated[str, Depends(new_id)]


def _identified(request: Request) -> Actor:
    known = getattr(request.state, "actor", None)
    if isinstance(known, Actor):
        return known
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise TokenMissing
    house = platform(request)
    kept = digest(text.strip(), secret=house.secrets.tokens)
    actor = identify(house.reading, house.begin, kept, at=house.clock(), event=EventId(new_id()))
    request.state.actor = actor
    return actor


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=KEY_LENGTH,
            description="幂等键：同一请求重复发送只办理一次 / the same request sent twice is done once",
        ),
    ] = None,
) -> str | None:
    """Declared for the OpenAPI document; `Call` acts on it."""
    return key


class Call(APIRoute):
    """A route that knows who asks before it reads what they send, and does a POST with one `Idempotency-Key` once."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own work, wrapped."""
        work = super().get_route_handler()

        async def call(request: Request) -> Response:
            await run_in_threadpool(_identified, request)
            if request.method not in READS and not request.url.path.endswith(PROTECTIVE):
                house = platform(request)
                await run_in_threadpool(house.require_room, at=house.clock())
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await work(request)
            return await _once(request, key, work)

        return call


async def _once(request: Request, key: str, work: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    house = platform(request)
    actor = _identified(request)
    if len(key) > KEY_LENGTH:
        raise IdempotencyKeyReused
    sent = takes_files(request.method, request.url.path)
    body = request.headers.get("content-length", "").encode() if sent else await request.body()
    wanted = Repeat(actor.id, key, fingerprint("POST", request.url.path, body), house.clock())
    kept_for = timedelta(hours=house.settings.idempotency_hours)
    known = await run_in_threadpool(claim, house.begin, wanted, kept_for=kept_for)
    if known is not None:
        return Response(known.body, known.status, {**dict(known.headers), "Idempotency-Replayed": "true"})
    try:
        response = await work(request)
    except BaseException:
        await run_in_threadpool(release, house.begin, wanted)
        raise
    if response.status_code in SUCCESS:
        headers = tuple((name, value) for name, value in response.headers.items() if name in KEPT_HEADERS)
        answer = Answer(response.status_code, headers, bytes(response.body))
        await run_in_threadpool(settle, house.begin, replace(wanted, answer=answer))
    else:
        await run_in_threadpool(release, house.begin, wanted)
    return response
