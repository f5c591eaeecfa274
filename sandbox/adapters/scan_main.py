"""The process that reads one file: puts limits on itself, then looks, then says in a line what it found."""

import contextlib
import hashlib
import json
import os
import resource
import sys
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from catalog.adapters.duckdb import take_in
from catalog.adapters.placing import snapshot_path
from catalog.adapters.reading import literal, quoted
from catalog.arrival import Arrival, Recognise, Supply
from catalog.declared import DeclaredResource
from catalog.grading import propose
from logs.errors import Refusal
from masking.adapters.presidio import PresidioScan
from masking.recognise import classify
from sandbox.adapters import worker_kernel as kernel
from sandbox.adapters.worker_rings import die_with_parent
from sandbox.nonpublic.file import OwnColumn, Scanned

GIB = 1 << 30
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # nothing that is kept bears this moment


def main() -> None:
    """Read the wish, look, say."""
    parent = os.getppid()
    wanted = json.loads(sys.stdin.buffer.read())
    limit(parent, seconds=wanted["seconds"])
    presidio = PresidioScan()

    def recognise(name: str, title: str, values: Any) -> Any:
        return classify(name, title, values, scan=presidio)

    try:
        found = scan(Path(wanted["file"]), Path(wanted["room"]), withheld=wanted["withheld"], recognise=recognise)
        said: dict[str, Any] = {"scanned": asdict(found)}
    except Refusal as refused:
        what = {language: refused.detail(language) for language in ("zh", "en")}
        instead = {language: refused.remedy(language) for language in ("zh", "en")}
        said = {"refused": {"what": what, "instead": instead}}
    sys.stdout.write(json.dumps(said, ensure_ascii=True))


def limit(parent: int, *, seconds: int) -> None:
    """The limits of this process; a network of its own where that may be had."""
    with contextlib.suppress(OSError):
        die_with_parent(parent)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    with contextlib.suppress(OSError):
        kernel.unshare(kernel.CLONE_NEWNET)
    for what, most in (
        (resource.RLIMIT_AS, 6 * GIB),
        (resource.RLIMIT_CPU, 2 * seconds),
        (resource.RLIMIT_FSIZE, 8 * GIB),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def scan(file: Path, room: Path, *, withheld: Collection[str], recognise: Recognise) -> Scanned:
    """What is in a file, and `own.duckdb` in the room with what may be taken of it; raises what is wrong with it."""
    with file.open("rb") as opened:
        source = hashlib.file_digest(opened, "sha256").hexdigest()
    supply = Supply(DeclaredResource("own", privacy_unit=False), file)
    (arrival,) = take_in([supply], folder=room / "taken", secret=b"", recognise=recognise, at=LONG_AGO)
    columns = tuple(described(arrival, frozenset(withheld)))
    taken = [column for column in columns if not column.withheld]
    if taken:
        copy(snapshot_path(room / "taken", arrival.version.digest), room / "own.duckdb", [each.name for each in taken])
    form = json.dumps([source, [[column.name, column.type] for column in taken]])
    return Scanned(
        source=source,
        digest=hashlib.sha256(form.encode()).hexdigest(),
        bytes=file.stat().st_size,
        rows=arrival.quality.accepted,
        columns=columns,
        problems=arrival.quality.problems,
    )


def described(arrival: Arrival, withheld: frozenset[str]) -> list[OwnColumn]:
    """The file's own columns as they were recognised and graded."""
    gradings = {grading.column: grading for grading in propose(arrival)}
    quality = {counts.name: counts for counts in arrival.quality.columns}
    found = []
    for column in arrival.resource.columns:
        if column.derived is None:
            kind = column.kind or gradings[column.name].recognised
            counts = quality[column.name]
            found.append(
                OwnColumn(
                    name=column.name,
                    type=column.type,
                    kind=kind,
                    grade=gradings[column.name].grade,
                    missing=counts.missing,
                    withheld=kind in withheld,
                )
            )
    return found


def copy(source: Path, target: Path, columns: Collection[str]) -> None:
    """The named columns of a snapshot as a new one: what is withheld does not lie on the platform."""
    with duckdb.connect(":memory:") as engine:
        engine.execute(f"ATTACH {literal(str(source))} AS taken (READ_ONLY)")
        engine.execute(f"ATTACH {literal(str(target))} AS own")
        shown = ", ".join(map(quoted, columns))
        engine.execute(f"CREATE TABLE own.main.rows AS SELECT {shown} FROM taken.main.rows")  # noqa: S608
        engine.execute("CHECKPOINT own")


if __name__ == "__main__":
    main()
