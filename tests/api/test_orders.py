"""A freeze ordered out of an alert: carried out by the platform, confirmed by its record, or declined with a reason."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx
import pytest
from fastapi.testclient import TestClient

from api.demo.parties import CAST
from api.orders import obey
from api.wiring_logs import OrderBox
from logs.adapters.archive import open_archive
from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.receiver import Tokens, receiver_app
from logs.adapters.watch_tables import watch_work
from logs.model import Role
from logs.monitoring.alert import Alert
from logs.monitoring.patterns import Finding
from logs.monitoring.watch import Begin
from tests.api.conftest import Played

READ = {"Authorization": "Bearer read-me"}
DELIVER = {"Authorization": "Bearer deliver-me"}
PEOPLE = {part.role: part.person for part in CAST}


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[TestClient, Begin]]:
    """A resource platform's receiver with a database of its own."""
    engine = open_archive(tmp_path / "records.sqlite")
    app = receiver_app(
        engine, Tokens("deliver-me", "read-me"), lambda: datetime.now(UTC), signer=Ed25519Signer(bytes(32))
    )
    with TestClient(app) as calling:
        yield calling, watch_work(engine)


def box_of(client: TestClient) -> OrderBox:
    """The platform's way to that receiver, which is at work already."""
    return OrderBox(cast(httpx.Client, TestClient(client.app, headers=DELIVER)))


def an_alert(begin: Begin, subject: str) -> int:
    finding, now = Finding("sliding-bound", subject, 30, (1,)), datetime.now(UTC)
    with begin() as work:
        return work.alerts.save(Alert.raised(finding, severity="grave", at=now)).number


def frozen(receiver: tuple[TestClient, Begin], played: Played, subject: str, by: str) -> tuple[int, int]:
    """The alert, and how many orders the platform obeyed once somebody froze what the alert is about."""
    client, begin = receiver
    number = an_alert(begin, subject)
    asked = {"by": by, "reason": "疑似移动界限试探", "confirm": True}
    assert client.post(f"/alerts/{number}/freeze", json=asked, headers=READ).status_code == 201
    return number, obey(played.platform, box_of(client), at=played.platform.clock())


def test_a_freeze_stops_whom_the_alert_is_about_until_the_bureau_lifts_it(
    receiver: tuple[TestClient, Begin], played: Played
) -> None:
    assert played.ask("SELECT count(*) AS n FROM person").status_code == 200
    _, obeyed = frozen(receiver, played, f"actor:{PEOPLE[Role.DEVELOPER]}", PEOPLE[Role.BUREAU])
    assert obeyed == 1
    stopped = played.ask("SELECT count(*) AS n FROM person")
    assert (stopped.status_code, stopped.json()["type"]) == (403, "/problems/processing-stopped")
    (order,) = receiver[0].get("/orders", headers=DELIVER).json()
    kept = played.call("GET", f"/stops/{order['id']}", Role.BUREAU).json()
    assert (kept["scope"], kept["target"]) == ("person", PEOPLE[Role.DEVELOPER])
    lifted = played.call("POST", f"/stops/{order['id']}/lifting", Role.BUREAU, {"reason": "已核实"})
    assert lifted.status_code == 201
    assert played.ask("SELECT count(*) AS n FROM person").status_code == 200


def test_an_order_met_again_before_it_is_confirmed_stops_once(
    receiver: tuple[TestClient, Begin], played: Played
) -> None:
    _, first = frozen(receiver, played, f"actor:{PEOPLE[Role.REVIEWER]}", PEOPLE[Role.BUREAU])
    assert (first, obey(played.platform, box_of(receiver[0]), at=played.platform.clock())) == (1, 1)
    stops = played.call("GET", "/stops?limit=100", Role.BUREAU).json()["items"]
    assert len([stop for stop in stops if stop["target"] == PEOPLE[Role.REVIEWER]]) == 1


@pytest.mark.parametrize(
    ("subject", "by", "why"),
    [
        ("actor:nobody", PEOPLE[Role.BUREAU], "no-such-thing"),
        ("resource:nothing", PEOPLE[Role.BUREAU], "no-such-thing"),
        ("resource:person", PEOPLE[Role.DEVELOPER], "not-acting"),
        ("resource:person", "stranger", "no-such-thing"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_declined_with_the_reason(
    receiver: tuple[TestClient, Begin], played: Played, subject: str, by: str, why: str
) -> None:
    number, obeyed = frozen(receiver, played, subject, by)
    assert obeyed == 0
    (order,) = receiver[0].get(f"/alerts/{number}", headers=READ).json()["orders"]
    assert order["declined"] == why
    assert played.ask("SELECT count(*) AS n FROM person").status_code == 200
