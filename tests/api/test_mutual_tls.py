"""Relay and receiver show each other certificates; whoever shows none, or one of another authority, is not heard."""

import os
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from api.cli import app as commands
from api.launch import Mutual, address, listen, serving
from api.settings import Settings
from api.state import secrets_in
from api.wiring import wall_clock
from api.wiring_logs import certificates, compose_receiver, delivery_of, make_authority
from logs.adapters.otlp import OtlpDelivery
from logs.errors import ReceiverUnavailable
from logs.seal import Head, chained
from tests.logs.factories import NOON, an_event

LINKS = chained([an_event(1)], Head(), at=NOON)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours")
    made = CliRunner().invoke(commands, ["certificates", str(folder)])
    assert made.exit_code == 0
    return folder


def settings(state: Path, folder: Path | None, party: str, **more: object) -> Settings:
    if folder is None:
        return Settings(state=state, **more)
    own = {"tls_certificate": folder / f"{party}.pem", "tls_key": folder / f"{party}.key"}
    return Settings(state=state, tls_authority=folder / "authority.pem", **own, **more)


@contextmanager
def receiving(state: Path, folder: Path) -> Iterator[str]:
    """The receiver with mutual TLS, as the command starts it, in a thread."""
    bound = listen("127.0.0.1", 0)
    app = compose_receiver(settings(state, folder, "receiver"), clock=wall_clock)
    mutual = Mutual(folder / "authority.pem", folder / "receiver.pem", folder / "receiver.key")
    server = uvicorn.Server(serving(app, log_level="critical", mutual=mutual))
    running = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    running.start()
    try:
        yield address(bound, "https")
    finally:
        server.should_exit = True
        running.join()
        bound.close()


@pytest.mark.article("M 7", "refused")
def test_the_right_certificates_deliver_and_no_or_another_authoritys_certificate_does_not(
    tmp_path: Path, ours: Path
) -> None:
    theirs = tmp_path / "theirs"
    make_authority(theirs, ["127.0.0.1"], at=wall_clock())
    with receiving(tmp_path / "state", ours) as place:

        def delivered(folder: Path | None, authority: Path | None = None) -> int:
            asked = settings(tmp_path / "state", folder, "relay", resource_platform=place)
            if authority is not None:
                asked = asked.model_copy(update={"tls_authority": authority})
            with delivery_of(asked, secrets_in(tmp_path / "state")) as delivery:
                given = delivery.deliver(LINKS)
            return given.head.seq if given else 0

        for folder, authority in (
            (None, None),  # no certificate, and the receiver's is not known
            (theirs, None),  # another authority's, which does not know the receiver either
            (theirs, ours / "authority.pem"),  # knows the receiver, but the receiver does not know it
            (ours, theirs / "authority.pem"),  # the receiver might be an impostor
        ):
            with pytest.raises(ReceiverUnavailable):
                delivered(folder, authority)
        plain = httpx.Client(verify=ssl.create_default_context(cafile=ours / "authority.pem"), trust_env=False)
        with plain, pytest.raises(httpx.HTTPError):
            plain.get(f"{place}/health")
        assert delivered(ours) == 1


def test_a_receiver_under_another_name_than_its_certificates_is_not_trusted(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    make_authority(elsewhere, ["receiver.example"], at=wall_clock())
    with receiving(tmp_path / "state", elsewhere) as place:
        asked = settings(tmp_path / "state", elsewhere, "relay", resource_platform=place)
        delivery = OtlpDelivery(place, token="x", certificates=certificates(asked))
        with delivery, pytest.raises(ReceiverUnavailable):
            delivery.deliver(LINKS)


def test_keys_are_their_owners_alone_and_are_not_written_over(ours: Path) -> None:
    for path in ours.iterdir():
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    again = CliRunner().invoke(commands, ["certificates", str(ours), "--lang", "en"])
    assert again.exit_code == 2


@pytest.mark.parametrize("missing", ["tls_authority", "tls_certificate", "tls_key"])
def test_half_a_setting_is_refused_by_name(tmp_path: Path, ours: Path, missing: str) -> None:
    names = {
        "XDS_TLS_AUTHORITY": str(ours / "authority.pem"),
        "XDS_TLS_CERTIFICATE": str(ours / "relay.pem"),
        "XDS_TLS_KEY": str(ours / "relay.key"),
    }
    del names[f"XDS_{missing.upper()}"]
    done = CliRunner(env=names).invoke(commands, ["relay", "--state", str(tmp_path / "state"), "--lang", "en"])
    assert done.exit_code == 2
    assert f"XDS_{missing.upper()}" in done.stderr
