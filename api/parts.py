"""What each command starts or does, apart from how it is asked for and printed."""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.faults import SettingWrong
from api.identity import PLATFORM, digest, draw, issue
from api.launch import address, announced, listen, log_to_stderr, run_http, until_told
from api.orders import obeying
from api.schema import as_sql
from api.schema import migrate as bring_up
from api.settings import Settings
from api.state import lay_out
from api.supply import Taken, arrive
from api.uploads import FOLDER
from api.wiring import Platform, compose, wall_clock
from api.wiring_logs import (
    audits_of_delivery,
    checkpoints_of,
    compose_receiver,
    delivery_of,
    known_receiver,
    orders_of,
    prove_record,
    receiver_known,
    verified,
    verify,
)
from logs.errors import NoSuchEvidence, NotAProof, Refusal
from logs.inclusion import RecordProof
from logs.model import Actor, ActorId, EventId, OrganisationId, Role
from logs.proof import Report
from logs.relay import Delivery, Patience, flush, relay_forever
from logs.seal import Head
from logs.sealer import seal_forever
from policies.service import expire_agreements, expire_consents
from sandbox.queries import expire_answers
from sandbox.workspaces import clear_workspaces

SWEEP_SECONDS = 1.0
LOOK_SECONDS = 0.1
RECEIVER_SECONDS = 15.0  # how long the relay waits for a receiver on the same state folder to come up
DUE_SECONDS = 30.0
DIALECTS = frozenset({"sqlite", "postgresql"})


def serve(settings: Settings) -> None:
    """The REST service, until told to stop; a new database is laid out first."""
    bound = listen(settings.host, settings.port)
    log_to_stderr(settings.log_level)
    platform = compose(settings)
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


def worker(settings: Settings) -> None:
    """What is due by the clock, until told to stop: answers and agreements expire when their time is over."""
    log_to_stderr(settings.log_level)
    platform = compose(settings)
    try:
        bring_up(platform.engine)
        with until_told() as told, announced(settings.state, "worker", "-"):
            while not told.is_set():
                at = platform.clock()
                expire_answers(platform.domain, by=PLATFORM, at=at)
                expire_agreements(platform.begin, by=PLATFORM, at=at)
                expire_consents(platform.begin, by=PLATFORM, at=at)
                clear_workspaces(platform.domain, by=PLATFORM, at=at)
                told.wait(DUE_SECONDS)
    finally:
        platform.close()


def receiver(settings: Settings) -> None:
    """The reference receiver of logs, until told to stop."""
    bound = listen(settings.receiver_host, settings.receiver_port)
    log_to_stderr(settings.log_level)
    app = compose_receiver(settings, clock=wall_clock)
    with announced(settings.state, "receiver", address(bound)):
        run_http(app, bound, log_level=settings.log_level)


def relay(settings: Settings) -> None:
    """Seal what was recorded and deliver it, until told to stop; what is under way is finished first.

    Sealing goes on beside delivery, so that a slow receiver holds up no seal. Raises `SealedOtherwise`.
    """
    log_to_stderr(settings.log_level)
    platform = compose(settings)
    try:
        bring_up(platform.engine)
        with platform.ledger() as work:
            work.ledger.hold()
        with until_told() as told, announced(settings.state, "relay", "-"), sealing(platform, told):
            looked = 0.0
            while not receiver_known(settings) and looked < RECEIVER_SECONDS and not told.wait(LOOK_SECONDS):
                looked += LOOK_SECONDS
            with (
                delivery_of(settings, platform.secrets) as delivery,
                orders_of(settings, platform.secrets) as orders,
                obeying(platform, orders, told),
            ):
                _deliver(platform, delivery, told)
    finally:
        platform.close()


@contextlib.contextmanager
def sealing(platform: Platform, told: threading.Event) -> Iterator[None]:
    """Meanwhile: what is recorded is sealed, and the chain's end is signed."""
    work = {"clock": platform.clock, "stop": told, "checkpoints": checkpoints_of(platform.secrets)}
    sealer = threading.Thread(target=seal_forever, args=(platform.ledger,), kwargs=work, name="sealer")
    sealer.start()
    try:
        yield
    finally:
        told.set()
        sealer.join()


def _deliver(platform: Platform, delivery: Delivery, told: threading.Event) -> None:
    receiver = known_receiver(platform.settings)
    relay_forever(
        platform.ledger,
        delivery,
        receiver=receiver,
        clock=platform.clock,
        stop=told,
        patience=Patience(idle=0.1),
        audits=audits_of_delivery(),
    )
    with contextlib.suppress(Refusal):  # what cannot be delivered now waits for the next start
        signing = checkpoints_of(platform.secrets)
        flush(platform.ledger, delivery, receiver=receiver, at=platform.clock(), checkpoints=signing)


def prove(path: Path, *, witnesses: tuple[str, ...], keys: tuple[str, ...]) -> Report:
    """Whether the delivered records in that file are complete and unaltered."""
    try:
        ends = [Head.parse(text) for text in witnesses]
    except ValueError:
        raise SettingWrong(("--witness",)) from None
    return verify(path, witnesses=ends, keys=frozenset(keys))


def record_proof(path: Path, number: int) -> RecordProof:
    """The proof of one delivered record in that file."""
    return prove_record(path, number)


def verify_record(path: Path, *, keys: tuple[str, ...]) -> tuple[RecordProof, tuple[str, ...]]:
    """A proof handed over, and what of it does not hold; raises `NoSuchEvidence`, `NotAProof`."""
    try:
        proof = RecordProof.read(path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise NoSuchEvidence(path.name, cause.strerror or type(cause).__name__) from None
    except UnicodeDecodeError:
        raise NotAProof from None
    return proof, proof.wrong(verified, frozenset(keys))


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
