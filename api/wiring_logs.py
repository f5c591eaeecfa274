"""The composition of the log's ways: sealing, delivery to the resource platform, and the reference receiver."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from secrets import randbelow
from uuid import uuid4

from fastapi import FastAPI

from api.faults import SettingWrong
from api.launch import announcement
from api.settings import Settings
from api.state import Secrets, lay_out, secret, secrets_in
from logs.adapters.archive import open_archive
from logs.adapters.certificates import Certificates, make_authority
from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.adapters.evidence import prove_record, verify
from logs.adapters.orders import OrderBox
from logs.adapters.otlp import OtlpDelivery, calling
from logs.adapters.receiver import Tokens as ReceiverTokens
from logs.adapters.receiver import receiver_app
from logs.model import EventId
from logs.relay import Audit
from logs.relay import Receiver as KnownReceiver
from logs.sealer import Checkpoints

__all__ = ["OrderBox", "make_authority", "prove_record", "verified", "verify"]

RECEIVER = "resource-platform"


def receiver_tokens(settings: Settings, secrets: Secrets) -> ReceiverTokens:
    """What the receiver asks of who delivers and of who reads: as configured, else generated on first start."""
    delivery, reading = settings.delivery_token, settings.reading_token
    return ReceiverTokens(
        delivery=delivery.get_secret_value() if delivery else secrets.delivery.hex(),
        reading=reading.get_secret_value() if reading else secrets.reading.hex(),
    )


def receiver_known(settings: Settings) -> bool:
    """Whether somebody said where the resource platform takes delivery."""
    return bool(settings.resource_platform or announcement(settings.state, "receiver"))


def receiver_address(settings: Settings) -> str:
    """Where the resource platform takes delivery: as configured, else where a receiver on this state folder listens."""
    return settings.resource_platform or announcement(settings.state, "receiver") or settings.receiver_url


def certificates(settings: Settings) -> Certificates | None:
    """What relay, readers and receiver show each other; `None` for plain HTTP. Raises `SettingWrong`."""
    given = (settings.tls_authority, settings.tls_certificate, settings.tls_key)
    authority, certificate, key = given
    if authority is None and certificate is None and key is None:
        return None
    names = ("XDS_TLS_AUTHORITY", "XDS_TLS_CERTIFICATE", "XDS_TLS_KEY")
    wrong = tuple(name for name, path in zip(names, given, strict=True) if path is None or not path.is_file())
    if wrong or authority is None or certificate is None or key is None:
        raise SettingWrong(wrong)
    return Certificates(authority, certificate, key)


def delivered_records(state: Path) -> Path:
    """Where the reference receiver keeps what was delivered to it."""
    return state / "resource_platform" / "records.sqlite"


def compose_receiver(settings: Settings, *, clock: Callable[[], datetime]) -> FastAPI:
    """The reference receiver, with a folder and a database of its own."""
    state = lay_out(settings.state)
    archive = delivered_records(state)
    keys = lay_out(lay_out(archive.parent) / "keys")
    return receiver_app(
        open_archive(archive),
        receiver_tokens(settings, secrets_in(state)),
        clock,
        signer=Ed25519Signer(secret(keys / "receipts")),
        keys=frozenset({settings.platform_key} if settings.platform_key else ()),
    )


def delivery_of(settings: Settings, secrets: Secrets) -> OtlpDelivery:
    """The way to the resource platform."""
    token = receiver_tokens(settings, secrets).delivery
    return OtlpDelivery(receiver_address(settings), token=token, certificates=certificates(settings))


def orders_of(settings: Settings, secrets: Secrets) -> OrderBox:
    """Where the bureau's orders are fetched: the receiver, on the way that records are delivered."""
    token = receiver_tokens(settings, secrets).delivery
    return OrderBox(calling(receiver_address(settings), token=token, certificates=certificates(settings)))


def known_receiver(settings: Settings) -> KnownReceiver:
    """The resource platform as the relay knows it."""
    return KnownReceiver(RECEIVER, verified, lambda: EventId(uuid4().hex), settings.receiver_key)


def audits_of_delivery() -> Audit:
    """Which records the receiver is asked to hand back is nobody's to foresee."""
    return Audit(choose=randbelow)


def checkpoints_of(secrets: Secrets) -> Checkpoints:
    """How the end of the chain is signed."""
    signer = Ed25519Signer(secrets.seals)
    return Checkpoints(signer, lambda: EventId(uuid4().hex), every=200, rest=timedelta(seconds=10))
