"""A token stands for a person until it ends or is taken back; every refusal of one is on record."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.errors import TokenExpired, TokenRevoked, TokenUnknown
from api.identity import PLATFORM, digest, draw, identify, revoke
from api.wiring import Platform
from logs.model import ActorId, EventId, Role
from tests.api.conftest import TokenFor

PATH = "/api/v1/catalog"


def events(platform: Platform, kind: str) -> list[dict[str, object]]:
    with platform.engine.connect() as connection:
        rows = connection.execute(text("SELECT text FROM event_inbox ORDER BY position")).scalars()
        return [event for event in map(json.loads, rows) if event["kind"] == kind]


def test_a_good_token_stands_for_its_person(platform: Platform, token_for: TokenFor) -> None:
    kept = digest(token_for(Role.BUREAU), secret=platform.secrets.tokens)
    actor = identify(platform.reading, platform.begin, kept, at=platform.clock(), event=EventId("e"))
    assert (actor.id, actor.role) == ("bureau-1", Role.BUREAU)


def test_tokens_are_kept_as_digests_alone(platform: Platform, token_for: TokenFor) -> None:
    given = token_for(Role.BUREAU)
    with platform.engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM access_token")).all()
    assert given not in str(stored)
    assert len({draw() for _ in range(100)}) == 100


def test_unknown_expired_and_revoked_tokens_are_told_apart_and_recorded(
    platform: Platform, client: TestClient, token_for: TokenFor
) -> None:
    expired = token_for(Role.DEVELOPER, lasting=timedelta(seconds=-1))
    revoked = token_for(Role.REVIEWER)
    count = revoke(platform.begin, ActorId("reviewer-1"), by=PLATFORM, at=platform.clock(), event=EventId("r"))
    assert count == 1
    for given, refusal in (("xds_no", TokenUnknown), (expired, TokenExpired), (revoked, TokenRevoked)):
        answer = client.get(PATH, headers={"Authorization": f"Bearer {given}"})
        assert (answer.status_code, answer.json()["type"]) == (401, f"/problems/{refusal.kind}")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert given not in answer.text
    reasons = [event["facts"]["reason"] for event in events(platform, "session.refused")]  # type: ignore[index]
    assert reasons == ["token-unknown", "token-expired", "token-revoked"]


def test_issuing_and_taking_back_are_on_record(platform: Platform, token_for: TokenFor) -> None:
    token_for(Role.REVIEWER)
    revoke(platform.begin, ActorId("reviewer-1"), by=PLATFORM, at=platform.clock(), event=EventId("r"))
    assert len(events(platform, "token.issued")) == 1
    assert len(events(platform, "token.revoked")) == 1


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer  "])
def test_a_call_without_a_token_is_refused(client: TestClient, header: str | None) -> None:
    answer = client.get(PATH, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/token-missing")
