"""From a plan to an answer: measure each release, protect it, then run the free stage on safe tables alone."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from masking.techniques import PADS
from sandbox.budgets import closed
from sandbox.disclosure.protect import ProtectedTable, band
from sandbox.disclosure.undecided import measured
from sandbox.domain import Domain, Holding
from sandbox.errors import NotLawful, QueryKilled
from sandbox.failures import Killed
from sandbox.gate.rules import Finding
from sandbox.ledger import admit
from sandbox.plan import Plan, Release, Statement
from sandbox.query import FigureError, Query, Told
from sandbox.reasons import Text

FREE_STAGE = "free-stage"
LEDGER = "ledger"
LEAST_SECONDS = 0.05
STEP = re.compile(r"(?P<release>r\d+)\.(?P<measure>m\d+) = (?P<figure>.*)", re.DOTALL)
"""How a column's path names a figure of a release (`sandbox.gate.release`)."""

Progress = Callable[[str], None]  # called with the stage that begins; raises to stop the query


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller."""

    table: pa.Table
    told: Told


def require_open(plan: Plan, holdings: Mapping[str, Holding]) -> None:
    """The free stage may read open resources and safe tables alone; raises `NotLawful` for any other plan."""
    read = list(closed(holdings[name] for name in plan.final.resources))
    read += sorted(plan.final.releases - {PADS, *(release.name for release in plan.releases)})
    if read:
        raise NotLawful(tuple(Finding("second-lock", subject=name).reason("") for name in read))


def compute(domain: Domain, query: Query, plan: Plan, *, holdings: Mapping[str, Holding], progress: Progress) -> Answer:
    """The plan's answer, by resource name the holdings it reads.

    Raises what the executor and disclosure control raise; `progress` is told each stage before it begins.
    """
    require_open(plan, holdings)
    paths = {name: holding.path for name, holding in holdings.items()}
    safe: dict[str, ProtectedTable] = {}

    def run(
        stage: str,
        statement: Statement,
        files: Mapping[str, Path] = paths,
        given: Mapping[str, pa.Table] = MappingProxyType({}),
    ) -> pa.Table:
        progress(stage)
        left = domain.limits.seconds - (domain.clock() - query.received_at).total_seconds()
        if left <= 0:
            raise QueryKilled(Killed.TIMEOUT, domain.limits.seconds)
        kept = dict(given)
        for name in sorted(statement.releases - given.keys()):
            kept[name] = domain.pads(query.agreement) if name == PADS else safe[name].table
        with domain.executor.stream(
            statement,
            snapshots={name: files[name] for name in sorted(statement.resources)},
            safe=kept,
            limits=replace(domain.limits, seconds=max(left, LEAST_SECONDS)),
            id=query.id,
        ) as answer:
            return answer.read_all()

    for release in plan.releases:
        rules = domain.rules.over(closed(holdings[name] for name in release.statement.resources))
        cells = measured(release, rules, partial(passing, run, release.name), exactly=rules.difference_act != "record")
        protected = domain.protect(cells, release, rules)
        look = partial(run, LEDGER)
        safe[release.name] = admit(domain, query, release, cells, protected, holdings=holdings, run=look)
    table = run(FREE_STAGE, plan.final)
    names = [column.name for column in plan.columns]
    if len(names) == table.num_columns:
        table = table.rename_columns(names)
    return Answer(table, told(table, plan, safe))


def passing(run: Callable[..., pa.Table], stage: str, statement: Statement, given: Mapping[str, pa.Table]) -> pa.Table:
    """One pass over the raw data, with the safe tables it is given besides those of earlier releases."""
    return run(stage, statement, given=given)


def told(table: pa.Table, plan: Plan, safe: Mapping[str, ProtectedTable]) -> Told:
    """How much was hidden, in bands, under which rules, and the errors to expect."""
    tables = list(safe.values())
    if not tables:
        return Told(table.num_rows)
    rules = tables[0].rules
    return Told(
        table.num_rows,
        hidden_cells=band(sum(each.told[0] for each in tables), rules, "en"),
        hidden_figures=band(sum(each.told[1] for each in tables), rules, "en"),
        remarks=tuple(remark for release in plan.releases for remark in remarks(release, safe[release.name])),
        rules=",".join(dict.fromkeys(each.rules.version for each in tables)),
        rules_digest=",".join(dict.fromkeys(each.rules.digest for each in tables)),
        errors=tuple(errors(plan, safe)),
    )


def errors(plan: Plan, safe: Mapping[str, ProtectedTable]) -> Iterator[FigureError]:
    """For each column of the answer the protected figures it flows from, with their errors."""
    for column in plan.columns:
        for step in column.path:
            found = STEP.match(step)
            error = safe[found["release"]].errors.get(found["measure"]) if found and found["release"] in safe else None
            if found and error is not None:
                yield FigureError(column.name, found["figure"], error.absolute, error.share)


def remarks(release: Release, table: ProtectedTable) -> Iterator[Text]:
    """What is told about one release, in both languages."""
    zh, en = table.suppression("zh"), table.suppression("en")
    if zh is not None and en is not None:
        yield {"zh": zh, "en": en}
    for measure in release.measures:
        error = table.errors.get(measure.name)
        if error is not None:
            yield {"zh": f"{measure.label}：{error.sentence('zh')}", "en": f"{measure.label}: {error.sentence('en')}"}
