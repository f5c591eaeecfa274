"""What must hold after the torture, whatever happened during it."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Engine, MetaData, Table, func, select

from api.settings import Settings
from api.wiring_logs import delivered_records, verify
from logs.adapters.archive import archive_view, open_archive
from logs.adapters.database import head, inbox, ledger
from logs.canonical import read_sealed
from logs.model import Sealed
from logs.reception import Filter
from logs.seal import Head

PAGE = 1000


@dataclass(frozen=True)
class Judgement:
    """The figures of a log that was found whole."""

    records: int
    demanded: int
    checkpoints: int
    redelivered: int
    incidents: tuple[tuple[str, int], ...]


def judged(settings: Settings, engine: Engine, done: set[str], *, key: str) -> Judgement:
    """Fails on the first thing that does not hold."""
    sent, kept = _sent(engine), _received(settings)
    assert [link.text for link in kept] == [link.text for link in sent], "what was sealed is not what was received"
    twice = [id for id, times in Counter(link.event.id for link in kept).items() if times > 1]
    assert twice == [], "an event was accepted twice"
    end = Head(kept[-1].seq, kept[-1].seal)
    report = verify(delivered_records(settings.state), witnesses=[end], keys=frozenset({key}))
    assert report.proved, report.findings[:5]
    demanded = Counter(link.event.subject for link in kept if link.event.kind == "scenario.demanded")
    with engine.connect() as connection:
        scenarios = Table("scenario", MetaData(), autoload_with=connection)
        stored = {f"scenario:{id}" for id in connection.scalars(select(scenarios.c.id))}
        waiting = connection.scalar(select(func.count()).select_from(inbox))
        sealed_up_to = connection.scalar(select(head.c.seq))
    assert (waiting, sealed_up_to) == (0, end.seq)
    assert {f"scenario:{id}" for id in done} <= stored, "what the caller was told is done is not stored"
    assert demanded == Counter(stored), "what was committed and what was received are not the same"
    redelivered = sum(link.event.kind == "log.redelivered" for link in kept)
    return Judgement(len(kept), len(stored), report.checkpoints, redelivered, _incidents(settings))


def _sent(engine: Engine) -> list[Sealed]:
    with engine.connect() as connection:
        rows = connection.execute(select(ledger).order_by(ledger.c.seq))
        return [read_sealed(row.text, previous=row.previous, seal=row.seal) for row in rows]


def _received(settings: Settings) -> list[Sealed]:
    archive = open_archive(delivered_records(settings.state))
    view, found = archive_view(archive), []
    while True:
        with view() as work:
            page = work.archive.search(Filter(after=found[-1].seq if found else 0, limit=PAGE))
        if not page:
            archive.dispose()
            return found
        found += page


def _incidents(settings: Settings) -> tuple[tuple[str, int], ...]:
    archive = open_archive(delivered_records(settings.state))
    with archive_view(archive)() as work:
        counted: Counter[str] = Counter()
        for incident in work.archive.incidents():
            counted[incident.kind] += incident.times
    archive.dispose()
    return tuple(sorted(counted.items()))
