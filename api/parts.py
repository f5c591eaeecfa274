"""What each command starts or does, apart from how it is asked for and printed."""

from datetime import timedelta
from uuid import uuid4

from api.app import create_app
from api.faults import SettingWrong
from api.identity import PLATFORM, digest, draw, issue
from api.launch import address, announced, listen, log_to_stderr, run_http
from api.schema import as_sql
from api.schema import migrate as bring_up
from api.settings import Settings
from api.wiring import compose
from logs.model import Actor, ActorId, EventId, OrganisationId, Role

DIALECTS = frozenset({"sqlite", "postgresql"})


def serve(settings: Settings) -> None:
    """The REST service, until told to stop; a new database is laid out first."""
    log_to_stderr(settings.log_level)
    bound = listen(settings.host, settings.port)
    platform = compose(settings)
    try:
        bring_up(platform.engine)
        with announced(settings.state, "serve", address(bound)):
            run_http(create_app(platform), bound, log_level=settings.log_level)
    finally:
        platform.close()


def migrate(settings: Settings) -> tuple[str | None, str | None]:
    """The revisions before and after."""
    platform = compose(settings)
    try:
        return bring_up(platform.engine)
    finally:
        platform.close()


def migrations_as_sql(dialect: str) -> str:
    """Every migration as SQL text."""
    if dialect not in DIALECTS:
        raise SettingWrong(("--sql",))
    return as_sql(dialect)


def token(settings: Settings, role: Role, person: str, organisation: str) -> str:
    """A new token for that person, as text."""
    platform = compose(settings)
    try:
        bring_up(platform.engine)
        text, at = draw(), platform.clock()
        to = Actor(ActorId(person), OrganisationId(organisation), role)
        kept = digest(text, secret=platform.secrets.tokens)
        until = at + timedelta(days=settings.token_days)
        issue(platform.begin, kept, to=to, by=PLATFORM, at=at, until=until, event=EventId(uuid4().hex))
        return text
    finally:
        platform.close()
