"""How a part starts to listen and says where, and how it is told to stop."""

import json
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp

from api.faults import PortInUse


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to that port (0: any free one); raises `PortInUse` naming what the system said."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise PortInUse(host, port, reason=os.strerror(error.errno or 0)) from None
    bound.set_inheritable(False)
    return bound


def address(bound: socket.socket, scheme: str = "http") -> str:
    """The HTTP address of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


@contextmanager
def announced(state: Path, part: str, url: str) -> Iterator[Path]:
    """While it runs, `run/<part>.json` in the state folder says where a part listens and which process it is."""
    folder = state / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{part}.json"
    draft = folder / f".{part}.{os.getpid()}"
    draft.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    draft.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def announcement(state: Path, part: str) -> str | None:
    """Where a part said that it listens; `None` when it does not run."""
    try:
        said = json.loads((state / "run" / f"{part}.json").read_text(encoding="utf-8"))
        os.kill(said["pid"], 0)
        return str(said["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Mutual:
    """That whoever calls must show a certificate of that authority, and what is shown to them; files as PEM."""

    authority: Path
    certificate: Path
    key: Path


def serving(app: ASGIApp, *, log_level: str, mutual: Mutual | None = None) -> uvicorn.Config:
    """How an application is served, over TLS where both sides are to show certificates."""
    tls = (
        {}
        if mutual is None
        else {
            "ssl_certfile": mutual.certificate,
            "ssl_keyfile": mutual.key,
            "ssl_ca_certs": str(mutual.authority),
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
        }
    )
    return uvicorn.Config(
        app,
        log_level=log_level,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        lifespan="on",
        **tls,  # type: ignore[arg-type]
    )


def run_http(app: ASGIApp, bound: socket.socket, *, log_level: str, mutual: Mutual | None = None) -> None:
    """Serve until told to stop; requests under way are finished first."""
    with until_told():  # uvicorn raises the signal again when it is done: nothing is to end before it was closed
        uvicorn.Server(serving(app, log_level=log_level, mutual=mutual)).run(sockets=[bound])


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C or SIGTERM."""
    told = threading.Event()
    before = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def log_to_stderr(level: str) -> None:
    """Structured lines on standard error, one event a line; no exception texts, which could quote a value."""
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
