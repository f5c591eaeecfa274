"""Where the log cannot be delivered for long, nothing new begins before an event is lost; what protects still works."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.demo.parties import enrol
from api.schema import migrate
from api.settings import Settings
from api.wiring import Platform, compose
from logs.model import Role

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
DEMAND = {"category": "就业", "title": "就业", "purpose": "分析"}


@pytest.fixture
def moments() -> list[datetime]:
    return [START]


@pytest.fixture
def house(tmp_path: Path, moments: list[datetime]) -> Iterator[Platform]:
    composed = compose(Settings(state=tmp_path / "state"), clock=lambda: moments[-1])
    migrate(composed.engine)
    yield composed
    composed.close()


def test_nothing_new_begins_while_delivery_lags_and_what_ends_something_is_done(
    house: Platform, moments: list[datetime]
) -> None:
    ids = iter(range(1000))
    tokens = enrol(house, days=30, at=START, new_id=lambda: f"e{next(ids)}")
    with TestClient(create_app(house)) as client:

        def post(path: str, role: Role, body: object = None) -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {tokens[role]}"}
            answer = client.post(f"/api/v1{path}", json=body, headers=headers)
            return answer.status_code, answer.json().get("type", "")

        assert post("/scenarios", Role.DEVELOPER, DEMAND)[0] == 201
        moments.append(START + timedelta(minutes=61))
        assert post("/scenarios", Role.DEVELOPER, DEMAND) == (503, "/problems/logs-behind")
        told = client.get("/api/v1/scenarios", headers={"Authorization": f"Bearer {tokens[Role.DEVELOPER]}"})
        assert told.status_code == 200
        assert post("/people/chen-min/tokens/revocation", Role.BUREAU)[0] == 201
        assert client.get("/health").json()["backlog"]["oldest_seconds"] >= 3600
