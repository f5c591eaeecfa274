"""A real platform on a real SQLite database, and the parties' tokens."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.identity import PLATFORM, digest, draw, issue
from api.schema import migrate
from api.settings import Settings
from api.wiring import Platform, compose
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
