"""From a plan to an answer: measure each release, protect it, then run the free stage on safe tables alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from sandbox.disclosure.protect import ProtectedTable, band
from sandbox.domain import Domain, Holding
from sandbox.errors import NotLawful, QueryKilled
from sandbox.failures import Killed
from sandbox.gate.rules import Finding
from sandbox.ledger import admit
from sandbox.plan import Plan, Release, Statement
from sandbox.query import Query, Told
from sandbox.reasons import Text

FREE_STAGE = "free-stage"
LEDGER = "ledger"
LEAST_SECONDS = 0.05

Progress = Callable[[str], None]  # called with the stage that begins; raises to stop the query


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller."""

    table: pa.Table
    told: Told


def require_open(plan: Plan, holdings: Mapping[str, Holding]) -> None:
    """The free stage may read open resources and safe tables alone; raises `NotLawful` for any other plan."""
    closed = [name for name in sorted(plan.final.resources) if holdings[name].resource.privacy_unit is not None]
    released = {release.name for release in plan.releases}
    closed += sorted(plan.final.releases - released)
    if closed:
        raise NotLawful(tuple(Finding("second-lock", subject=name).reason("") for name in closed))


def compute(domain: Domain, query: Query, plan: Plan, *, holdings: Mapping[str, Holding], progress: Progress) -> Answer:
    """The plan's answer, by resource name the holdings it reads.

    Raises what the executor and disclosure control raise; `progress` is told each stage before it begins.
    """
    require_open(plan, holdings)
    paths = {name: holding.path for name, holding in holdings.items()}
    safe: dict[str, ProtectedTable] = {}

    def run(stage: str, statement: Statement, files: Mapping[str, Path] = paths) -> pa.Table:
        progress(stage)
        left = domain.limits.seconds - (domain.clock() - query.received_at).total_seconds()
        if left <= 0:
            raise QueryKilled(Killed.TIMEOUT, domain.limits.seconds)
        with domain.executor.stream(
            statement,
            snapshots={name: files[name] for name in sorted(statement.resources)},
            safe={release: safe[release].table for release in statement.releases},
            limits=replace(domain.limits, seconds=max(left, LEAST_SECONDS)),
            id=query.id,
        ) as answer:
            return answer.read_all()

    for release in plan.releases:
        measured = run(release.name, release.statement)
        protected = domain.protect(measured, release)
        look = partial(run, LEDGER)
        safe[release.name] = admit(domain, query, release, measured, protected, holdings=holdings, run=look)
    table = run(FREE_STAGE, plan.final)
    names = [column.name for column in plan.columns]
    if len(names) == table.num_columns:
        table = table.rename_columns(names)
    return Answer(table, told(table, plan.releases, safe))


def told(table: pa.Table, releases: Sequence[Release], safe: Mapping[str, ProtectedTable]) -> Told:
    """How much was hidden, in bands, and the errors to expect."""
    tables = list(safe.values())
    if not tables:
        return Told(table.num_rows)
    rules = tables[0].rules
    return Told(
        table.num_rows,
        hidden_cells=band(sum(each.told[0] for each in tables), rules, "en"),
        hidden_figures=band(sum(each.told[1] for each in tables), rules, "en"),
        remarks=tuple(remark for release in releases for remark in remarks(release, safe[release.name])),
    )


def remarks(release: Release, table: ProtectedTable) -> Iterator[Text]:
    """What is told about one release, in both languages."""
    zh, en = table.suppression("zh"), table.suppression("en")
    if zh is not None and en is not None:
        yield {"zh": zh, "en": en}
    for measure in release.measures:
        error = table.errors.get(measure.name)
        if error is not None:
            yield {"zh": f"{measure.label}：{error.sentence('zh')}", "en": f"{measure.label}: {error.sentence('en')}"}
