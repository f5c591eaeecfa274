"""A town to ask questions of, one after the other, as one developer does over a day: the gate's world in full."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.model import Column, ColumnType, Digest, Resource, ResourceId, Version
from logs.adapters.database import open_database
from sandbox.adapters.engine_parser import EngineParser
from sandbox.answers import compute
from sandbox.disclosure.rules import DisclosureRules
from sandbox.domain import Domain, Holding
from sandbox.gate import Granted, check
from sandbox.query import Query, QueryId
from tests.sandbox.gate.world import GRANTED, tables
from tests.sandbox.passes import hold
from tests.sandbox.service.factories import DEVELOPER, NOON, House, build


@dataclass
class Town:
    """Resources in snapshots, a developer who asks, and what was withheld by the ledger so far."""

    house: House
    held: Mapping[str, Holding]
    granted: Granted = GRANTED
    numbers: Iterator[int] = field(default_factory=count)
    asker: str = DEVELOPER.organisation

    def ask(self, sql: str, *, by: str | None = None) -> pa.Table:
        """The answer, as it is protected and let pass by the ledger; raises what the gate and the query raise."""
        plan = check(sql, granted=self.granted)
        who = replace(DEVELOPER, organisation=by or self.asker)  # type: ignore[arg-type]
        query = Query(id=QueryId(f"q{next(self.numbers)}"), agreement="a", by=who, sql=sql, received_at=NOON)
        read = plan.final.resources.union(*(release.statement.resources for release in plan.releases))
        holdings = {name: self.held[name] for name in read}
        return compute(self.house.domain, query, plan, holdings=holdings, progress=lambda stage: None).table

    def ruled(self, **changes: object) -> "Town":
        """The same town under other rules."""
        rules = replace(self.house.domain.rules, **changes)  # type: ignore[arg-type]
        return replace(self, house=replace(self.house, domain=domain_under(self.house.domain, rules)))


def domain_under(domain: Domain, rules: DisclosureRules) -> Domain:
    """The domain under other rules."""
    return replace(domain, rules=rules)


def settle(folder: Path, raw: Mapping[str, pa.Table], units: Mapping[str, str]) -> dict[str, Holding]:
    """Snapshots of raw tables; `units` are the privacy units."""
    folder.mkdir(parents=True, exist_ok=True)
    held = {}
    for name, table in raw.items():
        with duckdb.connect(str(folder / f"{name}.duckdb")) as engine:
            engine.execute("CREATE SCHEMA data")
            hold(engine, "rows", table, unit=units.get(name))
            engine.execute("CREATE TABLE main.rows AS FROM data.rows; DROP SCHEMA data CASCADE")
        columns = tuple(Column(each, each, ColumnType.TEXT) for each in table.column_names if not each.startswith("__"))
        resource = Resource(ResourceId(name), name, name, name, "p", columns, units.get(name))
        version = Version(resource.id, Digest(f"digest-{name}"), table.num_rows, NOON, True)
        held[name] = Holding(resource, version, folder / f"{name}.duckdb")
    return held


UNITS = {"person": "id_card", "enterprise": "uscc", "ride": "bicycle_id"}


@contextmanager
def town(folder: Path, raw: Mapping[str, pa.Table] | None = None) -> Iterator[Town]:
    """A town on SQLite with the engine in this process."""
    held = settle(folder / "snapshots", tables() if raw is None else raw, UNITS)
    engine, parser = open_database(f"sqlite:///{folder / 'state.db'}"), EngineParser()
    house = build(engine, folder, {holding.resource.id: holding for holding in held.values()}, parser)
    yield Town(house, held).ruled(difference_act="hide")
    parser.close()
    engine.dispose()
