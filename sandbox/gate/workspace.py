"""Tables of the agreement's workspace (`ws.x`), files of its own (`own.y`), and the statements that make tables.

A workspace table is a common table expression that outlives its query. Reading it means reading its definition again
under the annex in force: whom its rows are about, which uses its columns have, whether it is lawful at all. An open or
released table is then read from where its rows were kept; a protected one is bound in place, as if it were written
there, so that units, bounds and conditions are those of the query it stands for and the differencing ledger sees all.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from sandbox.gate import parse, queries
from sandbox.gate.binding import Binding
from sandbox.gate.granted import GrantedFile, GrantedTable
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Field, Relation, Scan
from sandbox.plan import Keeping, Nature, WorkspaceAct

SCHEMA = "ws"
NAME = re.compile(r"[^\W\d]\w{0,62}")
DEEPEST = 8  # workspace tables that rest on one another
MOST_COLUMNS = 200
CREATE = frozenset({"this", "kind", "replace", "expression"})
DROP = frozenset({"tables", "kind"})


def relation(binding: Binding, name: str, node: exp.Expr) -> Relation | None:
    """The workspace table or own file of that lower-cased name; `None` where the agreement has none."""
    file = binding.granted.files.get(name)
    if file is not None:
        binding.beside.add(name)
        return rows_of(file)
    table = binding.granted.tables.get(name)
    if table is None:
        return None
    binding.beside.add(name)
    if name in binding.making or len(binding.making) >= DEEPEST:
        raise Finding("workspace-circle", subject=table.name, at=offset(node))
    if table.nature is not Nature.PROTECTED:
        return stored(binding, table, node)
    if name not in binding.kept:
        binding.kept[name] = replace(defined(binding, binding, table, node), shared=binding.number())
    return binding.kept[name]


def rows_of(file: GrantedFile) -> Relation:
    """The caller's own rows: nothing is known of them but their types, as with `VALUES`."""
    return Relation(Scan("data", file.relation), tuple(Field(name, name, type=kind) for name, kind in file.columns))


def stored(binding: Binding, table: GrantedTable, node: exp.Expr) -> Relation:
    """An open or released table where it lies, with what its definition says of its columns."""
    apart = Binding(binding.granted, making=binding.making)
    found = defined(binding, apart, table, node)
    binding.uses |= apart.uses
    binding.beside |= apart.beside
    fields = tuple(
        replace(known, inner=f"c{index}", unit=None, steps=(f"{table.name}.{known.name}",))
        for index, known in enumerate(found.fields)
    )
    place = {known.inner: f"c{index}" for index, known in enumerate(found.fields)}
    determined = None if found.determined is None else tuple(place[inner] for inner in found.determined)
    return Relation(
        Scan("data", table.relation),
        fields,
        single=found.single,
        determined=determined,
        released=table.nature is Nature.RELEASED,
    )


def defined(binding: Binding, within: Binding, table: GrantedTable, node: exp.Expr) -> Relation:
    """What a table's definition means now, bound within a binding; a `Finding` where it is not lawful any longer."""
    outside, within.making = within.making, (*within.making, table.name.lower())
    before = len(within.findings)
    lost = Finding("workspace-lapsed", subject=table.name, at=offset(node))
    try:
        found = queries.query(within, parse.query_in(parse.statement(table.definition).expression), ctes={})
    except Finding as finding:
        raise (finding if finding.rule == "workspace-circle" else lost) from None
    finally:
        within.making = outside
    if len(within.findings) > before:
        del within.findings[before:]
        raise lost
    if nature_of(found) is not table.nature:
        raise lost
    return found


def nature_of(found: Relation) -> Nature:
    """What the rows of a relation are."""
    if found.protected:
        return Nature.PROTECTED
    return Nature.RELEASED if found.released else Nature.OPEN


def asked(tree: exp.Expr) -> tuple[Keeping, exp.Expr | None] | None:
    """What a statement does to the workspace, and of a new table the query; `None` for any other statement."""
    match tree:
        case exp.Create(kind="TABLE", this=exp.Table() as table):
            only(tree, CREATE)
            replacing = bool(tree.args.get("replace"))
            return Keeping(WorkspaceAct.KEEP, named(table), replace=replacing), tree.args.get("expression")
        case exp.Drop(kind="TABLE"):
            only(tree, DROP)
            tables = tree.args.get("tables") or []
            if len(tables) != 1 or not isinstance(tables[0], exp.Table):
                raise Finding("not-supported", subject="DROP", at=offset(tree))
            return Keeping(WorkspaceAct.DROP, named(tables[0])), None
    return None


def only(tree: exp.Expr, parts: frozenset[str]) -> None:
    """A `Finding` for any part of a statement that is not among those understood."""
    for name, value in tree.args.items():
        if value and name not in parts:
            raise Finding("not-supported", subject=f"{parse.statement_name(tree)} {name.strip('_')}", at=offset(tree))


def named(table: exp.Table) -> str:
    """The name of a workspace table, `ws.x` in small letters; a `Finding` for any other name."""
    parts = [part.name.lower() for part in table.parts] if isinstance(table.this, exp.Identifier) else []
    if any(value for name, value in table.args.items() if name not in {"this", "db"}):
        raise Finding("workspace-name", subject=table.name[:60], at=offset(table))
    match parts:
        case [str(schema), str(name)] if schema == SCHEMA and NAME.fullmatch(name):
            return f"{schema}.{name}"
    raise Finding("workspace-name", subject=".".join(parts)[:60], at=offset(table))


def settled(binding: Binding, keeping: Keeping, found: Relation | None) -> Keeping:
    """The act with what the table's rows are; findings for a name that is taken or unknown, and for its columns."""
    known = binding.granted.tables.get(keeping.name)
    if keeping.act is WorkspaceAct.DROP:
        if known is None:
            binding.refuse("unknown-relation", subject=keeping.name)
        return keeping
    if known is not None and not keeping.replace:
        binding.refuse("workspace-taken", subject=keeping.name)
    if keeping.name in binding.beside:
        binding.refuse("workspace-circle", subject=keeping.name)
    if found is None:
        return keeping
    check_columns(binding, [known.name for known in found.fields])
    return replace(keeping, nature=nature_of(found))


def check_columns(binding: Binding, names: Sequence[str]) -> None:
    """A table's columns have names of their own."""
    small = [name.lower() for name in names]
    for name in names:
        if not name or len(name) > MOST_COLUMNS or small.count(name.lower()) > 1:
            binding.refuse("workspace-columns", subject=name[:60])
    if len(names) > MOST_COLUMNS:
        binding.refuse("workspace-columns", subject=str(len(names)))
