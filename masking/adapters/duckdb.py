"""Lays the pads of a key beside the data, for the pseudonyms computed in the engine."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from masking.pseudonym import PADS, pads


@contextmanager
def keyed(connection: duckdb.DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Within, pseudonyms can be computed on the connection; the key stands in no SQL text and is gone afterwards."""
    connection.execute(f"CREATE OR REPLACE TEMPORARY TABLE {PADS} (inner_pad BLOB, outer_pad BLOB)")
    try:
        connection.execute(f"INSERT INTO {PADS} VALUES (?, ?)", list(pads(key)))  # noqa: S608 a constant
        yield
    finally:
        connection.execute(f"DROP TABLE IF EXISTS temp.{PADS}")
