"""How Alembic reaches the database: over the connection handed in, or as SQL text when there is none."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from api.wiring import Instant, metadata


def _rendered(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our types as those they are made of, so that an old revision never depends on today's code."""
    del autogen
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


def _run() -> None:
    connection = context.config.attributes.get("connection")
    shared: dict[str, Any] = {"target_metadata": metadata, "render_item": _rendered, "render_as_batch": True}
    if connection is None:
        dialect = context.config.attributes.get("dialect", "sqlite")
        context.configure(dialect_name=dialect, literal_binds=True, **shared)
    else:
        context.configure(connection=connection, **shared)
    with context.begin_transaction():
        context.run_migrations()


_run()
