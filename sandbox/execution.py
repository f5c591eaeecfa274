"""Running generated SQL where it can hurt nobody: the port and its limits."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from sandbox.confinement import Ring
from sandbox.plan import Statement


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may take. Exceeding `seconds` kills its process; the others end it with an error."""

    seconds: float = 60.0
    rows: int = 1_000_000
    bytes: int = 256 << 20  # of the answer as Arrow


class Executor(Protocol):
    """Runs one statement over read-only snapshots (`data.<resource>`) and safe tables (`safe.<release>`).

    What dialect the statement is in is between whoever printed it and the adapter; nothing else reads it.
    """

    def stream(
        self,
        statement: Statement,
        *,
        snapshots: Mapping[str, Path],
        safe: Mapping[str, pa.Table],
        limits: Limits,
        id: str,
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """The answer as it comes, to be read before the context ends; `id` is what `cancel` calls the statement by.

        Raises `QueryFailed`, `QueryKilled`, `QueryTooLarge`, on entering or out of the batches.
        """

    def cancel(self, id: str) -> bool:
        """Kill the statement running or waiting under that id; whether there was one."""

    def rings(self) -> tuple[Ring, ...]:
        """Every ring, and whether the workers stand inside it."""
