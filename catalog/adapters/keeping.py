"""What a query gave or an agreement brought in, as a snapshot file like those of arrivals: whole or not at all."""

from pathlib import Path

import pyarrow as pa

from catalog.adapters.placing import connected, own_words, place, room_in, snapshot_path
from catalog.adapters.reading import literal
from catalog.model import Digest

PREFIX = "kept-"


class SnapshotShelf:
    """Snapshot files of workspace tables and own files, in the folder of the resources' snapshots."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, id: str, table: pa.Table) -> int:
        """Write a table as `main.rows`; the bytes of its file. Raises `SnapshotNotPlaced`."""
        digest = _digest(id)
        with room_in(self._folder) as room, connected(room) as connection, own_words(id, self._folder):
            connection.execute(f"ATTACH {literal(str(room / f'{digest}.duckdb'))} AS snapshot")
            connection.register("given", table)
            connection.execute("CREATE TABLE snapshot.main.rows AS SELECT * FROM given")
            connection.unregister("given")
            connection.execute("CHECKPOINT snapshot")
            connection.execute("DETACH snapshot")
            place(digest, room=room, folder=self._folder)
        return self.path(id).stat().st_size

    def adopt(self, id: str, snapshot: Path) -> None:
        """Take in a snapshot written elsewhere on the same file system; it is moved, not copied."""
        digest = _digest(id)
        self._folder.mkdir(parents=True, exist_ok=True)
        place(digest, room=snapshot.rename(snapshot.with_name(f"{digest}.duckdb")).parent, folder=self._folder)

    def path(self, id: str) -> Path:
        """Where it lies."""
        return snapshot_path(self._folder, _digest(id))

    def remove(self, id: str) -> None:
        """Delete it; what is not there is no mistake."""
        self.path(id).unlink(missing_ok=True)


def _digest(id: str) -> Digest:
    return Digest(f"{PREFIX}{id}")
