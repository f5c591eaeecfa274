"""UNPIVOT as the UNION ALL it stands for: the rows once for each turned column, with its name and its value."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from sandbox.gate import columns, queries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Relation

MOST_TURNED = 100
Item = tuple[str, list[str]]  # the name a row gets, and the columns its values come from


def unpivot(
    binding: Binding,
    source: exp.Expr,
    items: list[exp.Expr],
    *,
    name: str,
    values: list[str],
    nulls: bool,
    ctes: Mapping[str, Relation],
) -> Relation:
    """The rows of a source once for each item; rows without a value are left out unless `nulls` keeps them."""
    star = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))
    relation = queries.query(binding, star, ctes=ctes)
    turned = [item for part in items for item in named(binding, relation, part, ctes)]
    if not turned or any(len(used) != len(values) for _, used in turned):
        raise Finding("pivot-values", subject="UNPIVOT", at=offset(items[0]) if items else None)
    if len(turned) > MOST_TURNED:
        raise Finding("too-many-figures", subject=str(MOST_TURNED), at=offset(items[0]))
    key = f"#{binding.number()}"
    gone = {column.lower() for _, used in turned for column in used}
    kept = [known.name for known in relation.fields if known.name.lower() not in gone]
    union: exp.Query | None = None
    for label, used in turned:
        part = rows(key, kept, (name, label), list(zip(values, used, strict=True)), nulls=nulls)
        union = part if union is None else exp.Union(this=union, expression=part, distinct=False)
    shared = replace(relation, shared=binding.number())
    return queries.query(binding, union or star, ctes={**ctes, key: shared})


def rows(
    source: str, kept: list[str], name: tuple[str, str], values: list[tuple[str, str]], *, nulls: bool
) -> exp.Select:
    """`SELECT kept, 'label' AS name, column AS value FROM source`."""
    column, label = name
    shown: list[exp.Expr] = [exp.column(each, quoted=True) for each in kept]
    shown.append(exp.alias_(exp.Literal.string(label), exp.to_identifier(column, quoted=True)))
    shown += [
        exp.alias_(exp.column(used, quoted=True), exp.to_identifier(value, quoted=True)) for value, used in values
    ]
    present = [exp.Not(this=exp.Is(this=exp.column(used, quoted=True), expression=exp.Null())) for _, used in values]
    return exp.Select(
        expressions=shown,
        from_=exp.From(this=exp.Table(this=exp.to_identifier(source, quoted=True))),
        where=None if nulls else exp.Where(this=exp.and_(*present, copy=False)),
    )


def named(binding: Binding, relation: Relation, node: exp.Expr, ctes: Mapping[str, Relation]) -> list[Item]:
    """The columns an item stands for, with the names their rows get."""
    inner, alias = node, ""
    if isinstance(node, exp.Alias | exp.PivotAlias):
        inner, alias = node.this, str(node.alias or node.args["alias"].name)
    inner = inner.unnest() if isinstance(inner, exp.Paren) else inner
    match inner:
        case exp.Column() if len(inner.parts) == 1:
            return [(alias or label(relation, inner), [label(relation, inner)])]
        case exp.Tuple() if all(isinstance(part, exp.Column) for part in inner.expressions):
            used = [label(relation, part) for part in inner.expressions]
            return [(alias or "_".join(used), used)]
        case exp.Anonymous() if inner.name.lower() == "columns" and not alias:
            scope = Scope(ctes)
            scope.show("", binding.source(relation))
            chosen, _ = columns.selected(binding, scope, inner)
            return [(name, [name]) for name, _ in chosen]
        case _:
            raise Finding("pivot-values", subject="UNPIVOT", at=offset(node))


def label(relation: Relation, column: exp.Expr) -> str:
    """The column's name as the relation spells it."""
    found = [known.name for known in relation.fields if known.name.lower() == column.name.lower()]
    if not found:
        raise Finding("unknown-column", subject=column.name, at=offset(column))
    return found[0]
