"""The gate: from the caller's text to a plan, or to every reason against it."""

from dataclasses import replace

from sqlglot import exp

from sandbox.errors import NotLawful
from sandbox.gate import flows, parse, queries, workspace
from sandbox.gate.binding import Binding
from sandbox.gate.granted import Granted
from sandbox.gate.printer import Printer
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Relation
from sandbox.plan import Nature, OutputColumn, Plan, Statement, WorkspaceAct

from catalog.model import Use  # isort: skip


def check(sql: str, *, granted: Granted) -> Plan:
    """The plan of a lawful query.

    Raises `NotLawful` with every reason found, each with its place in the text and the nearest lawful form. What the
    annex does not grant does not exist here, and its name is not confirmed (design: resolve against the annex).
    """
    binding = Binding(granted)
    plan = None
    try:
        plan = drawn(binding, parse.statement(sql))
    except Finding as finding:
        binding.note(finding)
    except RecursionError:
        binding.note(Finding("too-nested", subject=str(parse.DEEPEST)))
    if binding.findings or plan is None:
        raise refused(binding, sql)
    return plan


def drawn(binding: Binding, tree: exp.Expr) -> Plan | None:
    """What a statement comes to; findings are left in the binding."""
    asked = workspace.asked(tree)
    if asked is None:
        relation = bound(binding, parse.query_in(tree))
        final(binding, relation)
        return None if binding.findings else printed(binding, relation)
    keeping, query = asked
    found = None if keeping.act is WorkspaceAct.DROP else bound(binding, parse.query_in(query or tree))
    keeping = workspace.settled(binding, keeping, found)
    if binding.findings or found is None:
        return Plan((), Statement(""), (), keeping=keeping)
    if keeping.nature is Nature.PROTECTED:
        return Plan((), Statement(""), columns(found), uses(binding), keeping=keeping, beside=frozenset(binding.beside))
    return replace(printed(binding, found), keeping=keeping)


def bound(binding: Binding, tree: exp.Expr) -> Relation:
    """What a query means under the annex, its releases drawn up."""
    relation = queries.query(binding, tree, ctes={})
    for at in binding.memberships.values():
        binding.refuse("correlated", at=at)
    return relation


def printed(binding: Binding, relation: Relation) -> Plan:
    """The plan of a bound query; its free stage reads nobody's rows."""
    printer = Printer()
    statement = printer.statement(printer.relation(relation, tuple(known.name for known in relation.fields)))
    for name in statement.resources:
        if not binding.granted.nobodys(name):
            binding.refuse("raw-rows", subject=name)
    if not statement.resources and not binding.releases:
        binding.refuse("no-resource")
    return Plan(
        releases=tuple(binding.releases.values()),
        final=statement,
        columns=columns(relation),
        uses=uses(binding),
        beside=frozenset(binding.beside),
    )


def columns(relation: Relation) -> tuple[OutputColumn, ...]:
    """The columns of the answer, with where they come from."""
    return tuple(OutputColumn(known.name, tuple(sorted(known.lineage)), known.steps) for known in relation.fields)


def uses(binding: Binding) -> tuple[tuple[str, str], ...]:
    """The uses exercised."""
    return tuple(sorted((path, str(use)) for path, use in binding.uses))


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
