"""The bureau's watch over HTTP: alerts, freezes, rules, the live feed, counts; each for those it is for."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from logs.adapters.archive import open_archive
from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.otlp import PROTOBUF, encoded
from logs.adapters.receiver import Tokens, receiver_app
from logs.model import Event
from logs.monitoring.document import DEFAULT
from logs.seal import Head, chained
from tests.logs.factories import NOON, an_event

READ = {"Authorization": "Bearer read-me"}
DELIVER = {"Authorization": "Bearer deliver-me"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A receiver at work, a minute after noon."""
    engine, soon = open_archive(tmp_path / "records.sqlite"), NOON + timedelta(minutes=1)
    app = receiver_app(engine, Tokens("deliver-me", "read-me"), lambda: soon, signer=Ed25519Signer(bytes(32)))
    with TestClient(app) as calling:
        yield calling


def deliver(client: TestClient, *events: Event) -> None:
    body = encoded(chained(list(events), Head(), at=NOON)).SerializeToString()
    assert client.post("/v1/logs", content=body, headers=DELIVER | {"Content-Type": PROTOBUF}).status_code == 200


def refusals(count: int) -> list[Event]:
    facts = {"query": "q", "agreement": "a1", "sql": "SELECT 1"}
    return [an_event(number, kind="query.refused", facts=facts) for number in range(count)]


def an_alert(client: TestClient) -> int:
    """The number of an alert that a planted attack raised."""
    deliver(client, *refusals(25))
    for _ in range(100):
        found = client.get("/alerts?state=raised", headers=READ).json()
        if found:
            return int(found[0]["number"])
        time.sleep(0.05)
    raise AssertionError("no alert within five seconds")


def test_a_planted_attack_raises_an_alert_with_its_records_within_seconds(client: TestClient) -> None:
    number = an_alert(client)
    alert = client.get(f"/alerts/{number}", headers=READ).json()
    assert (alert["rule"], alert["subject"], alert["measure"]) == ("repeated-refusals", "actor:lin", 25)
    assert alert["records"] == list(range(1, 26))
    assert alert["orders"] == []


def test_an_alert_is_owned_frozen_after_one_confirmation_and_closed(client: TestClient) -> None:
    number = an_alert(client)
    assert client.post(f"/alerts/{number}/owner", json={"owner": "lin-hui"}, headers=READ).json()["state"] == "taken"
    asked = {"by": "lin-hui", "reason": "疑似试探"}
    unsure = client.post(f"/alerts/{number}/freeze", json=asked, headers=READ)
    assert (unsure.status_code, unsure.json()["type"]) == (409, "/problems/freeze-not-confirmed")
    assert "person:lin" in unsure.json()["detail"]
    ordered = client.post(f"/alerts/{number}/freeze", json=asked | {"confirm": True}, headers=READ)
    assert ordered.status_code == 201
    (order,) = client.get("/orders", headers=DELIVER).json()
    assert (order["scope"], order["target"], order["by"]) == ("person", "lin", "lin-hui")
    refused = client.post(f"/orders/{order['id']}/refusal", json={"reason": "not-acting"}, headers=DELIVER)
    assert refused.json()["declined"] == "not-acting"
    assert client.get("/orders", headers=DELIVER).json() == []
    closed = client.post(f"/alerts/{number}/closing", json=asked, headers=READ).json()
    assert (closed["state"], closed["reason"]) == ("closed", "疑似试探")
    again = client.post(f"/alerts/{number}/closing", json=asked, headers=READ | {"Accept-Language": "en"})
    assert (again.status_code, again.json()["title"]) == (409, "The alert's state does not allow that")


@pytest.mark.parametrize(
    ("method", "path", "wrong"),
    [
        ("GET", "/alerts", DELIVER),
        ("GET", "/alerts/1", DELIVER),
        ("POST", "/alerts/1/owner", DELIVER),
        ("POST", "/alerts/1/closing", DELIVER),
        ("POST", "/alerts/1/freeze", DELIVER),
        ("GET", "/alert-rules", DELIVER),
        ("PUT", "/alert-rules", DELIVER),
        ("GET", "/live", DELIVER),
        ("GET", "/counts", DELIVER),
        ("GET", "/orders", READ),
        ("POST", "/orders/x/refusal", READ),
    ],
)
def test_nobody_else_gets_in(client: TestClient, method: str, path: str, wrong: dict[str, str]) -> None:
    assert client.request(method, path).status_code == 401
    assert client.request(method, path, headers=wrong).status_code == 401


def test_an_alert_that_is_not_there_is_said_so(client: TestClient) -> None:
    missing = client.get("/alerts/9", headers=READ)
    assert (missing.status_code, missing.json()["title"]) == (404, "没有该预警")


def test_rules_are_data_that_the_bureau_edits(client: TestClient) -> None:
    shipped = client.get("/alert-rules", headers=READ).text
    assert shipped == DEFAULT.read_text(encoding="utf-8")
    yaml = READ | {"Content-Type": "application/yaml"}
    wrong = client.put("/alert-rules", content="rules: [{id: a}]", headers=yaml)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/alert-rules-wrong")
    assert client.get("/alert-rules", headers=READ).text == shipped
    stricter = shipped.replace("most: 20", "most: 2")
    assert "repeated-refusals" in client.put("/alert-rules", content=stricter.encode(), headers=yaml).json()["rules"]
    deliver(client, *refusals(3))
    for _ in range(100):
        if client.get("/alerts", headers=READ).json():
            return
        time.sleep(0.05)
    raise AssertionError("the edited rule raised nothing")


def test_the_live_feed_tells_each_record_once_as_a_server_sent_event(client: TestClient) -> None:
    deliver(client, *refusals(3))
    with client.stream("GET", "/live?after=1&most=2", headers=READ) as feed:
        lines = [line for line in feed.iter_lines() if line]
    assert [line for line in lines if line.startswith("id: ")] == ["id: 2", "id: 3"]
    told = json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))
    assert "body" in told


def test_records_are_counted_over_time(client: TestClient) -> None:
    deliver(client, an_event(0), *refusals(3)[1:])
    assert client.get("/counts?by=day", headers=READ).json() == [
        {"from": "2026-11-23", "kind": "query.refused", "records": 2},
        {"from": "2026-11-23", "kind": "query.run", "records": 1},
    ]
