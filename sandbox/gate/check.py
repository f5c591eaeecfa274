"""The gate: from the caller's text to a plan, or to every reason against it."""

from sqlglot import exp

from sandbox.errors import NotLawful
from sandbox.gate import flows, parse, queries
from sandbox.gate.binding import Binding
from sandbox.gate.granted import Granted
from sandbox.gate.printer import Printer
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Relation
from sandbox.plan import OutputColumn, Plan

from catalog.model import Use  # isort: skip


def check(sql: str, *, granted: Granted) -> Plan:
    """The plan of a lawful query.

    Raises `NotLawful` with every reason found, each with its place in the text and the nearest lawful form. What the
    annex does not grant does not exist here, and its name is not confirmed (design: resolve against the annex).
    """
    binding = Binding(granted)
    relation = None
    try:
        relation = bound(binding, parse.parse(sql))
    except Finding as finding:
        binding.note(finding)
    except RecursionError:
        binding.note(Finding("too-nested", subject=str(parse.DEEPEST)))
    if binding.findings or relation is None:
        raise refused(binding, sql)
    plan = printed(binding, relation)
    if binding.findings:
        raise refused(binding, sql)
    return plan


def bound(binding: Binding, tree: exp.Expr) -> Relation:
    """What a syntax tree means under the annex, its releases drawn up; findings are left in the binding."""
    relation = queries.query(binding, tree, ctes={})
    final(binding, relation)
    for at in binding.memberships.values():
        binding.refuse("correlated", at=at)
    return relation


def printed(binding: Binding, relation: Relation) -> Plan:
    """The plan of a bound query; its free stage reads nobody's rows."""
    printer = Printer()
    statement = printer.statement(printer.relation(relation, tuple(known.name for known in relation.fields)))
    for name in statement.resources:
        if not binding.granted.resources[name.lower()].open:
            binding.refuse("raw-rows", subject=name)
    if not statement.resources and not binding.releases:
        binding.refuse("no-resource")
    return Plan(
        releases=tuple(binding.releases.values()),
        final=statement,
        columns=tuple(OutputColumn(known.name, tuple(sorted(known.lineage)), known.steps) for known in relation.fields),
        uses=tuple(sorted((path, str(use)) for path, use in binding.uses)),
    )


def refused(binding: Binding, sql: str) -> NotLawful:
    """Every reason found."""
    return NotLawful(tuple(finding.reason(sql) for finding in binding.findings))


def final(binding: Binding, relation: Relation) -> None:
    """The answer must be open or released; of open columns only those granted `show` appear."""
    if relation.protected:
        binding.refuse("raw-rows", subject=", ".join(sorted(relation.touches)))
        return
    for known in relation.fields:
        flows.require(binding, known.flows, value=Use.SHOW)
