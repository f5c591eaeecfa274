"""An engine inside the worker: attach one set of snapshots, lock, compute each statement, measure what goes out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

import duckdb
import pyarrow as pa

from sandbox.failures import Failure

FATAL = frozenset({Failure.OUT_OF_MEMORY, Failure.OTHER})  # after these the engine's state is not to be trusted


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine may take (bytes, threads), and whether it is locked; it always is but in tests of other rings."""

    memory: int = 1 << 30
    threads: int = 2
    locked: bool = True

    def written(self) -> dict[str, Any]:
        """As it travels to the process that starts workers."""
        return asdict(self)

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """The inverse of `written`."""
        return cls(**fields)


class TooLarge(Exception):
    """The answer passes the limits it was asked for with."""


class NotOneSelect(Exception):
    """The text is not exactly one SELECT."""


LOCKS = (
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET lock_configuration = true",
)


def open_engine(settings: EngineSettings) -> duckdb.DuckDBPyConnection:
    """An engine in memory with empty schemas `data` and `safe`; it installs and loads nothing.

    It has no thread besides the caller's, so that what confines the caller confines all of it; see `spread`.
    """
    engine = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "async_threads": 0,
            "memory_limit": f"{settings.memory >> 20}MiB",
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    engine.execute("CREATE SCHEMA data")
    engine.execute("CREATE SCHEMA safe")
    return engine


def spread(engine: duckdb.DuckDBPyConnection, settings: EngineSettings) -> None:
    """Start the threads it may have, inside whatever confines the caller by now."""
    engine.execute(f"SET threads = {settings.threads:d}")


def furnish(engine: duckdb.DuckDBPyConnection, snapshots: Mapping[str, str], *, locked: bool) -> None:
    """Give the engine its snapshots, read-only, as views `data.<resource>`; then lock it for good."""
    for number, (resource, path) in enumerate(sorted(snapshots.items())):
        engine.execute(f"ATTACH {_text(path)} AS snapshot{number} (READ_ONLY)")
        engine.execute(f"CREATE VIEW data.{_name(resource)} AS SELECT * FROM snapshot{number}.main.rows")  # noqa: S608
    if locked:
        for lock in LOCKS:
            engine.execute(lock)


@contextmanager
def lent(engine: duckdb.DuckDBPyConnection, safe: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one statement, which sees tables `safe.<release>` for as long as this lasts."""
    with engine.cursor() as connection:
        for number, (release, table) in enumerate(sorted(safe.items())):
            connection.register(f"arrived{number}", table)
            connection.execute(f"CREATE TABLE safe.{_name(release)} AS SELECT * FROM arrived{number}")  # noqa: S608
            connection.unregister(f"arrived{number}")
        yield connection
        for release in safe:
            connection.execute(f"DROP TABLE safe.{_name(release)}")


def compute(
    connection: duckdb.DuckDBPyConnection, sql: str, *, rows: int, most: int, locked: bool
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The answer, given up as soon as it passes `rows` rows or `most` bytes: `TooLarge` comes out of the batches."""
    statements = connection.extract_statements(sql)
    if locked and [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise NotOneSelect
    answer: duckdb.DuckDBPyRelation | None = connection.sql(sql)
    if answer is None:  # a statement without a result; only an unlocked engine gets here
        return pa.schema([]), iter(())
    batches = answer.to_arrow_reader(1 << 16)
    return batches.schema, _within(batches, rows=rows, most=most)


def _within(batches: pa.RecordBatchReader, *, rows: int, most: int) -> Iterator[pa.RecordBatch]:
    counted = size = 0
    for batch in batches:
        counted += batch.num_rows
        size += batch.nbytes
        if counted > rows or size > most:
            raise TooLarge
        yield batch


def failure_of(cause: BaseException) -> Failure:
    """The kind of an engine's error; its words stay here, since they quote values."""
    if isinstance(cause, TooLarge):
        return Failure.TOO_LARGE
    if isinstance(cause, NotOneSelect):
        return Failure.FORBIDDEN
    if isinstance(cause, MemoryError | pa.ArrowMemoryError) or "bad_alloc" in str(cause)[:200]:
        return Failure.OUT_OF_MEMORY
    if isinstance(cause, duckdb.InvalidInputException) and "Division by zero" in str(cause)[:60]:
        return Failure.DIVISION_BY_ZERO
    return next((failure for kind, failure in KINDS.items() if isinstance(cause, kind)), Failure.OTHER)


KINDS: dict[type[BaseException], Failure] = {
    duckdb.OutOfMemoryException: Failure.OUT_OF_MEMORY,
    duckdb.ConversionException: Failure.CONVERSION,
    duckdb.TypeMismatchException: Failure.CONVERSION,
    duckdb.OutOfRangeException: Failure.OUT_OF_RANGE,
    duckdb.InvalidInputException: Failure.INVALID_INPUT,
    duckdb.ParserException: Failure.SYNTAX,
    duckdb.SyntaxException: Failure.SYNTAX,
    duckdb.BinderException: Failure.SYNTAX,
    duckdb.CatalogException: Failure.SYNTAX,
    duckdb.PermissionException: Failure.FORBIDDEN,
    duckdb.IOException: Failure.FORBIDDEN,
}


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
