"""The database's tables, brought to what this version needs by migrations, and never by anything else."""

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from api.faults import DatabaseOutOfDate, DatabaseUnreachable

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(**attributes: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(attributes)
    return config


def expected() -> str | None:
    """The revision this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def found(engine: Engine) -> str | None:
    """The revision the database is at; `None` for an empty one. Raises `DatabaseUnreachable`."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except (OperationalError, ArgumentError, NoSuchModuleError):
        raise DatabaseUnreachable(engine.url.render_as_string(hide_password=True)) from None


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the database to `expected()` in one transaction; returns the revisions before and after."""
    before = found(engine)
    if before != expected():
        with engine.begin() as connection:
            command.upgrade(_config(connection=connection), "head")
    return before, found(engine)


def require_current(engine: Engine) -> None:
    """Raises `DatabaseOutOfDate` unless the database is at `expected()`."""
    at = found(engine)
    if at != expected():
        raise DatabaseOutOfDate(at, expected())


def as_sql(dialect: str) -> str:
    """All migrations as SQL text of that dialect (`sqlite` or `postgresql`), for those who run it themselves."""
    text = io.StringIO()
    config = _config(dialect=dialect)
    config.output_buffer = text
    command.upgrade(config, "head", sql=True)
    return text.getvalue()
