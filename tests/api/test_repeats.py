"""A POST sent twice with one idempotency key is done once and answered twice the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import APIRouter, Body
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.calls import By, Call
from api.errors import NoSuchPath
from api.repeats import Repeat, claim
from api.wiring import Platform
from logs.model import ActorId, Role
from tests.api.conftest import TokenFor

done: list[str] = []
router = APIRouter(route_class=Call)


@router.post("/deeds", status_code=201)
def deed(by: By, what: str = Body(embed=True)) -> dict[str, int | str]:
    """Something that is not to be done twice."""
    done.append(what)
    if what == "refused":
        raise NoSuchPath
    return {"by": by.id, "done": len(done)}


@pytest.fixture
def calling(platform: Platform) -> Iterator[TestClient]:
    done.clear()
    app = create_app(platform)
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def send(client: TestClient, token: str, key: str, what: str = "it") -> tuple[int, object, bool]:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = client.post("/deeds", json={"what": what}, headers=headers)
    return answer.status_code, answer.json(), "idempotency-replayed" in answer.headers


def test_the_second_time_gives_the_first_answer_and_does_nothing(calling: TestClient, token_for: TokenFor) -> None:
    token = token_for(Role.DEVELOPER)
    first = send(calling, token, "k")
    assert first == (201, {"by": "developer-1", "done": 1}, False)
    assert send(calling, token, "k") == (201, {"by": "developer-1", "done": 1}, True)
    assert done == ["it"]


def test_keys_are_each_persons_own(calling: TestClient, token_for: TokenFor) -> None:
    send(calling, token_for(Role.DEVELOPER), "k")
    assert send(calling, token_for(Role.OPERATOR), "k")[1] == {"by": "operator-1", "done": 2}


def test_a_key_on_another_request_is_refused(calling: TestClient, token_for: TokenFor) -> None:
    token = token_for(Role.DEVELOPER)
    send(calling, token, "k")
    status, problem, _ = send(calling, token, "k", "something else")
    assert (status, problem["type"]) == (422, "/problems/idempotency-key-reused")  # type: ignore[index]
    assert done == ["it"]


def test_a_refused_request_may_be_sent_again(calling: TestClient, token_for: TokenFor) -> None:
    token = token_for(Role.DEVELOPER)
    assert [send(calling, token, "k", "refused")[0] for _ in range(2)] == [404, 404]
    assert len(done) == 2


def test_an_expired_token_gets_no_kept_answer(calling: TestClient, token_for: TokenFor) -> None:
    send(calling, token_for(Role.DEVELOPER), "k")
    status, problem, _ = send(calling, token_for(Role.DEVELOPER, lasting=timedelta(seconds=-1)), "k")
    assert (status, problem["type"]) == (401, "/problems/token-expired")  # type: ignore[index]


def test_a_request_under_way_is_not_done_beside_itself(
    calling: TestClient, platform: Platform, token_for: TokenFor
) -> None:
    token = token_for(Role.DEVELOPER)
    send(calling, token, "other")
    with platform.engine.begin() as connection:
        connection.execute(text("UPDATE idempotency_key SET answer = NULL"))
    status, problem, _ = send(calling, token, "other")
    assert (status, problem["type"]) == (409, "/problems/idempotency-key-busy")  # type: ignore[index]


def test_kept_answers_are_encrypted_and_forgotten_in_time(
    calling: TestClient, platform: Platform, token_for: TokenFor
) -> None:
    send(calling, token_for(Role.DEVELOPER), "k")
    with platform.engine.connect() as connection:
        kept = connection.execute(text("SELECT answer FROM idempotency_key")).scalar_one()
    assert b"developer-1" not in kept
    later = platform.clock() + timedelta(hours=25)
    wanted = Repeat(ActorId("developer-1"), "k", "another", later)
    assert claim(platform.begin, wanted, kept_for=timedelta(hours=24)) is None
