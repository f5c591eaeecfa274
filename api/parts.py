"""What each command starts or does, apart from how it is asked for and printed."""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.faults import SettingWrong
from api.identity import PLATFORM, digest, draw, issue
from api.launch import address, announced, listen, log_to_stderr, run_http, until_told
from api.schema import as_sql
from api.schema import migrate as bring_up
from api.settings import Settings
from api.state import lay_out
from api.supply import Taken, arrive
from api.uploads import FOLDER
from api.wiring import Clock, Platform, compose, couriers_of, wall_clock
from logs.model import Actor, ActorId, EventId, OrganisationId, Role
from policies.calendar import day_of
from policies.service import deliver_reminders, expire_agreements, expire_consents, queue_reminders, recheck
from sandbox.nonpublic.service import clear_files
from sandbox.queries import expire_answers
from sandbox.stopping import halt
from sandbox.workspaces import clear_workspaces

SWEEP_SECONDS = 1.0
DUE_SECONDS = 30.0
DIALECTS = frozenset({"sqlite", "postgresql"})


def serve(settings: Settings, *, clock: Clock = wall_clock) -> None:
    """The REST service, until told to stop; a new database is laid out first."""
    bound = listen(settings.host, settings.port)
    log_to_stderr(settings.log_level)
    platform = compose(settings, clock=clock)
    try:
        bring_up(platform.engine)
        tempfile.tempdir = str(lay_out(settings.state / FOLDER))  # what is uploaded never lies outside the state folder
        app = create_app(platform)
        with duties(platform), announced(settings.state, "serve", address(bound)):
            run_http(app, bound, log_level=settings.log_level)
    finally:
        platform.close()


@contextlib.contextmanager
def duties(platform: Platform) -> Iterator[None]:
    """Meanwhile: workers stand ready, recognition is loaded, and what was stopped elsewhere ends here as well."""
    over = threading.Event()
    jobs = platform.jobs

    def go_on() -> None:
        platform.intake.recognise("", "", ["-"])
        while not over.wait(SWEEP_SECONDS):
            with contextlib.suppress(OperationalError):  # a busy database is asked again
                jobs.sweep()

    doing = threading.Thread(target=go_on, name="duties", daemon=True)
    doing.start()
    try:
        yield
    finally:
        over.set()
        doing.join(SWEEP_SECONDS)


def worker(settings: Settings, *, clock: Clock = wall_clock) -> None:
    """What is due by the clock, until told to stop: answers and agreements expire when their time is over."""
    log_to_stderr(settings.log_level)
    platform = compose(settings, clock=clock)
    try:
        bring_up(platform.engine)
        with until_told() as told, announced(settings.state, "worker", "-"), couriers_of(platform) as couriers:
            checked: date | None = None
            while not told.is_set():
                with contextlib.suppress(OperationalError):  # a busy or full database is asked again
                    at = platform.clock()
                    if checked != day_of(at):
                        for lapse in recheck(platform.begin, by=PLATFORM, at=at).lapsed:
                            halt(platform.domain, lapse, by=PLATFORM, at=at)
                        checked = day_of(at)
                    expire_answers(platform.domain, by=PLATFORM, at=at)
                    expire_agreements(platform.begin, by=PLATFORM, at=at)
                    expire_consents(platform.begin, by=PLATFORM, at=at)
                    queue_reminders(platform.begin, by=PLATFORM, at=at)
                    deliver_reminders(platform.begin, couriers, by=PLATFORM, at=at)
                    clear_workspaces(platform.domain, by=PLATFORM, at=at)
                    clear_files(platform.domain, by=PLATFORM, at=at)
                told.wait(DUE_SECONDS)
    finally:
        platform.close()


def ingest(settings: Settings, folder: Path) -> tuple[Taken, ...]:
    """Take in what a folder's manifest describes, as the information centre would over REST; all of it or nothing."""
    platform = compose(settings)
    try:
        supplies = platform.intake.read_folder(folder, recognise=platform.intake.recognise)
        bring_up(platform.engine)
        return arrive(platform.intake, platform.begin, supplies, by=PLATFORM, at=platform.clock())
    finally:
        platform.close()


def migrate(settings: Settings) -> tuple[str | None, str | None]:
    """The revisions before and after."""
    platform = compose(settings)
    try:
        return bring_up(platform.engine)
    finally:
        platform.close()


def migrations_as_sql(dialect: str) -> str:
    """Every migration as SQL text."""
    if dialect not in DIALECTS:
        raise SettingWrong(("--sql",))
    return as_sql(dialect)


def token(settings: Settings, role: Role, person: str, organisation: str) -> str:
    """A new token for that person, as text."""
    platform = compose(settings)
    try:
        bring_up(platform.engine)
        text, at = draw(), platform.clock()
        to = Actor(ActorId(person), OrganisationId(organisation), role)
        kept = digest(text, secret=platform.secrets.tokens)
        until = at + timedelta(days=settings.token_days)
        issue(platform.begin, kept, to=to, by=PLATFORM, at=at, until=until, event=EventId(uuid4().hex))
        return text
    finally:
        platform.close()
