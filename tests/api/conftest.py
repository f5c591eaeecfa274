"""A real platform on a real SQLite database, and the parties' tokens."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from api.app import create_app
from api.demo import story
from api.demo.parties import Cast, enrol
from api.demo.story import Stage
from api.demo.supplies import generated
from api.demo.telling import Teller
from api.identity import PLATFORM, digest, draw, issue
from api.schema import migrate
from api.settings import Settings
from api.wiring import Platform, compose
from catalog.model import Resource
from logs.errors import Language
from logs.model import Actor, ActorId, EventId, OrganisationId, Role

TokenFor = Callable[..., str]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform with nothing in it."""
    composed = compose(Settings(state=tmp_path / "state"))
    migrate(composed.engine)
    yield composed
    composed.close()


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    """Whoever calls the platform."""
    with TestClient(create_app(platform)) as calling:
        yield calling


@pytest.fixture
def token_for(platform: Platform) -> TokenFor:
    """Issues a token for a person in a role, good for an hour unless told otherwise."""

    def issued(role: Role, *, lasting: timedelta = timedelta(hours=1), person: str | None = None) -> str:
        text, at = draw(), platform.clock()
        to = Actor(ActorId(person or f"{role}-1"), OrganisationId(f"{role}-org"), role)
        kept = digest(text, secret=platform.secrets.tokens)
        issue(platform.begin, kept, to=to, by=PLATFORM, at=at, until=at + lasting, event=EventId(uuid4().hex))
        return text

    return issued


@dataclass(frozen=True)
class Played:
    """A platform on which the story was told up to the agreement in force."""

    platform: Platform
    client: TestClient
    cast: Cast
    stage: Stage
    said: io.StringIO
    tokens: Mapping[Role, str]
    resources: tuple[Resource, ...]
    agreement: str

    def call(self, method: str, path: str, role: Role, json: object = None, **headers: str) -> httpx.Response:
        """A call by the party of that role."""
        told = {"Authorization": f"Bearer {self.tokens[role]}", **headers}
        return cast(httpx.Response, self.client.request(method, f"/api/v1{path}", json=json, headers=told))

    def ask(self, sql: str, **headers: str) -> httpx.Response:
        """A query by the developer."""
        return self.call("POST", "/queries", Role.DEVELOPER, {"agreement": self.agreement, "sql": sql}, **headers)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Small generated data, real SQLite, real confined workers; told once for all tests that only look."""
    folder = tmp_path_factory.mktemp("played")
    composed = compose(Settings(state=folder / "state"))
    migrate(composed.engine)
    tokens = enrol(composed, days=1, at=composed.clock(), new_id=lambda: uuid4().hex)
    said = io.StringIO()
    with TestClient(create_app(composed)) as calling:

        def connect(token: str, language: Language) -> httpx.Client:
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
            own = TestClient(calling.app, base_url="http://testserver/api/v1", headers=headers)
            return cast(httpx.Client, own)

        with Cast(connect, tokens, "zh") as parties:
            stage = Stage(parties, Teller(Console(file=said, width=120), "zh"), "zh")
            resources = story.supply(stage, [generated(folder, people=2000, seed=7, without=frozenset())])
            story.publish(stage, resources)
            agreement = story.apply(stage)
            yield Played(composed, calling, parties, stage, said, tokens, resources, agreement)
    composed.close()
