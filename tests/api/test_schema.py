"""Migrations and models agree on both databases, forwards, backwards and as text."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from api.faults import DatabaseOutOfDate, DatabaseUnreachable
from api.schema import _config, as_sql, expected, found, migrate, require_current
from api.wiring import Instant, metadata
from logs.adapters.database import open_database


def _differs(context: object, seen: object, meant: object, old: object, new: object) -> bool | None:
    return False if isinstance(new, Instant) else None


def test_after_migrating_nothing_is_left_to_migrate(engine: Engine) -> None:
    before, after = migrate(engine)
    assert (before, after) == (None, expected())
    assert migrate(engine) == (expected(), expected())
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _differs})
        assert compare_metadata(context, metadata) == []


def test_migrations_go_back_to_nothing(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        command.downgrade(_config(connection=connection), "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_a_database_of_another_version_is_refused(engine: Engine) -> None:
    with pytest.raises(DatabaseOutOfDate):
        require_current(engine)
    migrate(engine)
    require_current(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(DatabaseOutOfDate) as refused:
        require_current(engine)
    assert "migrate" in refused.value.remedy("en")
    assert found(engine) == "ffff"


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    absent = open_database("postgresql+psycopg://someone:pass-word@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnreachable) as refused:
        found(absent)
    assert "pass-word" not in refused.value.detail("en")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_table_stands_in_the_sql_text(dialect: str) -> None:
    written = as_sql(dialect)
    assert [name for name in metadata.tables if f"CREATE TABLE {name} " not in written] == []
