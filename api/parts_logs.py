"""What the commands about the log start or do: sealing, delivery, the receiver, and the proofs."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from api.faults import SettingWrong
from api.launch import Mutual, address, announced, listen, log_to_stderr, run_http, until_told
from api.orders import obeying
from api.schema import migrate as bring_up
from api.settings import Settings
from api.state import refusal_of
from api.wiring import Clock, Platform, compose, wall_clock
from api.wiring_logs import (
    audits_of_delivery,
    certificates,
    checkpoints_of,
    compose_receiver,
    delivery_of,
    known_receiver,
    make_authority,
    orders_of,
    prove_record,
    receiver_known,
    verified,
    verify,
)
from logs.errors import NoSuchEvidence, NotAProof, Refusal
from logs.inclusion import RecordProof
from logs.proof import Report
from logs.relay import Delivery, Patience, flush, relay_forever
from logs.relay import audit as audit_delivered
from logs.seal import Head
from logs.sealer import seal_forever

LOOK_SECONDS = 0.1
RECEIVER_SECONDS = 15.0  # how long the relay waits for a receiver on the same state folder to come up
PAGE = 1000


def receiver(settings: Settings, *, clock: Clock = wall_clock) -> None:
    """The reference receiver of logs, until told to stop."""
    bound = listen(settings.receiver_host, settings.receiver_port)
    log_to_stderr(settings.log_level)
    shown = certificates(settings)
    app = compose_receiver(settings, clock=clock)
    mutual = Mutual(shown.authority, shown.certificate, shown.key) if shown else None
    with announced(settings.state, "receiver", address(bound, "https" if mutual else "http")):
        run_http(app, bound, log_level=settings.log_level, mutual=mutual)


def trial_authority(folder: Path, hosts: tuple[str, ...]) -> tuple[Path, ...]:
    """An authority of one's own with a receiver's and a relay's certificate; raises `StateNotWritable`."""
    try:
        return make_authority(folder, hosts, at=wall_clock())
    except OSError as error:
        raise refusal_of(error, folder) from None


def relay(settings: Settings, *, clock: Clock = wall_clock) -> None:
    """Seal what was recorded and deliver it, until told to stop; what is under way is finished first.

    Sealing goes on beside delivery, so that a slow receiver holds up no seal. Raises `SealedOtherwise`.
    """
    with (
        _platform(settings, clock) as platform,
        until_told() as told,
        announced(settings.state, "relay", "-"),
        sealing(platform, told),
    ):
        _wait_for_receiver(settings, told)
        with (
            delivery_of(settings, platform.secrets) as delivery,
            orders_of(settings, platform.secrets) as orders,
            obeying(platform, orders, told),
        ):
            _deliver(platform, delivery, told)


def seal(settings: Settings, *, clock: Clock = wall_clock) -> None:
    """Seal what was recorded and deliver nothing, until told to stop: stands by for a relay that seals as well.

    Raises `SealedOtherwise`.
    """
    with _platform(settings, clock) as platform, until_told() as told, announced(settings.state, "seal", "-"):
        signing = checkpoints_of(platform.secrets)
        seal_forever(platform.ledger, clock=platform.clock, stop=told, checkpoints=signing)


def audit(settings: Settings, *, clock: Clock = wall_clock) -> int:
    """Have the receiver hand everything back; how many records will be delivered again because one was not there."""
    receiver = known_receiver(settings)
    with _platform(settings, clock) as platform, delivery_of(settings, platform.secrets) as delivery:
        with platform.ledger_view() as work:
            last = work.ledger.acknowledged(receiver.name).seq
        for first in range(1, last + 1, PAGE):
            at = platform.clock()
            again = audit_delivered(platform.ledger, delivery, receiver=receiver, first=first, count=PAGE, at=at)
            if again:
                return again
    return 0


@contextlib.contextmanager
def _platform(settings: Settings, clock: Clock) -> Iterator[Platform]:
    log_to_stderr(settings.log_level)
    platform = compose(settings, clock=clock)
    try:
        bring_up(platform.engine)
        with platform.ledger() as work:
            work.ledger.hold()
        yield platform
    finally:
        platform.close()


def _wait_for_receiver(settings: Settings, told: threading.Event) -> None:
    looked = 0.0
    while not receiver_known(settings) and looked < RECEIVER_SECONDS and not told.wait(LOOK_SECONDS):
        looked += LOOK_SECONDS


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
