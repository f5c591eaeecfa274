"""The reference receiver with a temper: it refuses, dawdles, loses acknowledgements, or acknowledges and forgets."""

import asyncio
import random
import sqlite3
import threading
import time
from contextlib import closing, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.launch import address, announced, listen, log_to_stderr, run_http
from api.settings import Settings
from api.wiring import Clock
from api.wiring_logs import compose_receiver, delivered_records


class Temper(StrEnum):
    """How a receiver behaves."""

    HONEST = "honest"
    REFUSING = "refusing"
    SLOW = "slow"
    DEAF = "acknowledgement-losing"
    LYING = "lying"


class Tempered:
    """The receiver's application, troubled."""

    def __init__(self, app: ASGIApp, temper: Temper, chance: random.Random) -> None:
        self._app, self._temper, self._chance = app, temper, chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/v1/logs":
            await self._app(scope, receive, send)
            return
        match self._temper:
            case Temper.REFUSING if self._chance.random() < 0.7:
                status = self._chance.choice((400, 401, 429, 500, 503))
                await Response(status_code=status)(scope, receive, send)
            case Temper.SLOW:
                await asyncio.sleep(self._chance.uniform(0.1, 1.0))
                await self._app(scope, receive, send)
            case Temper.DEAF if self._chance.random() < 0.5:
                await self._app(scope, receive, _swallow)
                raise ConnectionError  # taken in, and the connection breaks before anybody hears of it
            case _:
                await self._app(scope, receive, send)


async def _swallow(message: Any) -> None:
    del message


def forget(archive: Path, chance: random.Random) -> None:
    """Lose what was acknowledged: the end of the log with its receipts, or records in its middle."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(archive, timeout=5)) as connection, connection:
        (last,) = connection.execute("SELECT coalesce(max(last), 0) FROM receipt").fetchone()
        if not last:
            return
        if chance.random() < 0.5:
            kept = max(0, last - chance.randrange(1, 60))
            connection.execute("DELETE FROM receipt WHERE last > ?", [kept])
            (kept,) = connection.execute("SELECT coalesce(max(last), 0) FROM receipt").fetchone()
            connection.execute("DELETE FROM record WHERE seq > ?", [kept])
            connection.execute("DELETE FROM mention WHERE seq > ?", [kept])
        else:
            first = chance.randrange(1, last + 1)
            connection.execute("DELETE FROM record WHERE seq BETWEEN ? AND ?", [first, first + chance.randrange(5)])


def serve_tempered(settings: Settings, temper: Temper, *, clock: Clock, seed: int) -> None:
    """`python -m api receiver`, with a temper."""
    chance = random.Random(seed)  # noqa: S311 - chance to repeat, not a secret
    bound = listen(settings.receiver_host, settings.receiver_port)
    log_to_stderr(settings.log_level)
    app = Tempered(compose_receiver(settings, clock=clock), temper, chance)
    if temper is Temper.LYING:
        threading.Thread(target=_lie, args=(delivered_records(settings.state), chance), daemon=True).start()
    with announced(settings.state, "receiver", address(bound)):
        run_http(app, bound, log_level="critical")


def _lie(archive: Path, chance: random.Random) -> None:
    while True:
        time.sleep(chance.uniform(0.1, 0.5))
        forget(archive, chance)
