"""PIVOT as the grouped SELECT it stands for, its values written out; UNPIVOT as the UNION ALL it stands for."""

from collections.abc import Mapping

from sqlglot import exp

from sandbox.gate import queries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.labels import default_name
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Relation
from sandbox.gate.unpivots import unpivot
from sandbox.gate.vocabulary import AGGREGATES

MOST_COLUMNS = 200
VALUES = (exp.Literal, exp.Null, exp.Boolean, exp.Neg, exp.Cast)
Ctes = Mapping[str, Relation]


def pivot(binding: Binding, node: exp.Pivot, *, ctes: Ctes, outer: Scope | None) -> Relation:
    """`PIVOT t ON x IN (...) USING agg GROUP BY g` and `UNPIVOT t ON a, b INTO NAME n VALUE v` as statements."""
    inner = node.this
    source = inner if isinstance(inner, exp.Table | exp.Subquery) else exp.Subquery(this=inner)
    if node.args.get("unpivot"):
        queries.allow(
            binding, node, {"this", "expressions", "into", "unpivot", "include_nulls", "with_", *queries.MODIFIERS}
        )
        into = node.args.get("into")
        names = ["name", "value"] if into is None else [into.this.name, *(part.name for part in into.expressions)]
        found = unpivot(
            binding, source, node.expressions, name=names[0], values=names[1:], nulls=nulls(node), ctes=ctes
        )
        return queries.modified(binding, node, found, ctes=ctes)
    queries.allow(binding, node, {"this", "expressions", "using", "group", "with_", *queries.MODIFIERS})
    using = node.args.get("using") or [exp.Anonymous(this="count", expressions=[exp.Star()])]
    return spread(binding, node, source, node.expressions, using, ctes=ctes, outer=outer)


def nulls(node: exp.Pivot) -> bool:
    """Whether rows without a value are kept."""
    return bool(node.args.get("include_nulls"))


def turned(binding: Binding, node: exp.Expr, *, ctes: Ctes) -> Relation:
    """`FROM t PIVOT (agg FOR x IN (...) GROUP BY g)` and `FROM t UNPIVOT (v FOR n IN (a, b))`, one after the other."""
    source = node.copy()
    for part in ("pivots", "joins"):
        source.set(part, None)
    relation: Relation | None = None
    for turn in node.args["pivots"]:
        if relation is not None:
            name = f"#{binding.number()}"
            ctes = {**ctes, name: relation}
            source = exp.Table(this=exp.to_identifier(name, quoted=True))
        fields = turn.args.get("fields") or []
        if turn.args.get("unpivot"):
            field = fields[0] if len(fields) == 1 else None
            if not isinstance(field, exp.In) or len(turn.expressions) != 1:
                raise Finding("pivot-values", subject="UNPIVOT", at=offset(turn))
            given = turn.expressions[0]
            values = [part.name for part in (given.expressions if isinstance(given, exp.Tuple) else [given])]
            relation = unpivot(
                binding, source, field.expressions, name=field.this.name, values=values, nulls=nulls(turn), ctes=ctes
            )
        else:
            relation = spread(binding, turn, source, fields, turn.expressions, ctes=ctes, outer=None)
    if relation is None:
        raise Finding("pivot-values", subject="PIVOT", at=offset(node))
    return relation


def remaining(
    binding: Binding, source: exp.Expr, fields: list[exp.Expr], using: list[exp.Expr], ctes: Ctes
) -> list[exp.Expr]:
    """Without GROUP BY: every column that is neither turned nor aggregated."""
    probe = queries.query(binding, exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.copy())), ctes=ctes)
    used = {column.name.lower() for part in (*fields, *using) for column in part.find_all(exp.Column)}
    return [exp.column(known.name, quoted=True) for known in probe.fields if known.name.lower() not in used]


def spread(
    binding: Binding,
    node: exp.Pivot,
    source: exp.Expr,
    fields: list[exp.Expr],
    using: list[exp.Expr],
    *,
    ctes: Ctes,
    outer: Scope | None,
) -> Relation:
    """The grouped SELECT: every aggregate with a FILTER for each value."""
    group = node.args.get("group")
    keys = list(group.expressions) if group is not None else remaining(binding, source, fields, using, ctes)
    shown: list[exp.Expr] = [key.copy() for key in keys]
    for name, condition in choices(fields, using):
        for aggregate in using:
            alias = aggregate.alias if isinstance(aggregate, exp.Alias) else ""
            plain = aggregate.this if isinstance(aggregate, exp.Alias) else aggregate
            suffix = alias or (default_name(plain) if len(using) > 1 else "")
            label = exp.to_identifier(joined(name, suffix), quoted=True)
            shown.append(exp.Alias(this=limited(plain.copy(), condition), alias=label))
    grouped = exp.Group(expressions=[key.copy() for key in keys]) if keys else None
    if group is not None and group.args.get("all"):
        grouped = exp.Group(all=True)
    select = exp.Select(
        expressions=shown,
        from_=exp.From(this=source),
        group=grouped,
        **{name: node.args.get(name) for name in queries.MODIFIERS},
    )
    return queries.query(binding, select, ctes=ctes, outer=outer)


def choices(fields: list[exp.Expr], using: list[exp.Expr]) -> list[tuple[str, exp.Expr]]:
    """Every combination of the values written out, with the name it gives and its condition."""
    found: list[tuple[str, exp.Expr | None]] = [("", None)]
    for part in fields:
        if not isinstance(part, exp.In) or not part.expressions or not all(map(written, part.expressions)):
            raise Finding("pivot-values", subject="PIVOT", at=offset(part))
        if len(found) * len(part.expressions) * len(using) > MOST_COLUMNS:
            raise Finding("too-many-figures", subject=str(MOST_COLUMNS), at=offset(part))
        found = [
            (joined(name, label(value)), both(condition, equal(part.this, bare(value))))
            for name, condition in found
            for value in part.expressions
        ]
    return [(name, condition) for name, condition in found if condition is not None]


def limited(node: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """The expression with every aggregate in it over the rows of the condition alone."""
    where = condition.copy()
    match node:
        case exp.Filter():
            both_ = exp.And(this=exp.Paren(this=node.expression.this), expression=where)
            return exp.Filter(this=node.this, expression=exp.Where(this=both_))
        case exp.WithinGroup():
            return exp.Filter(this=node, expression=exp.Where(this=where))
        case exp.Anonymous() if node.name.lower() in AGGREGATES:
            return exp.Filter(this=node, expression=exp.Where(this=where))
    for child in list(node.iter_expressions()):
        child.replace(limited(child.copy(), condition))
    return node


def written(value: exp.Expr) -> bool:
    """Whether a pivoted value is a constant, or a row of constants."""
    inner = bare(value)
    return isinstance(inner, VALUES) or (isinstance(inner, exp.Tuple) and all(map(written, inner.expressions)))


def equal(turned_: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The rows of a value; of null those without one."""
    if isinstance(value, exp.Null):
        return exp.Is(this=turned_.copy(), expression=value)
    return exp.EQ(this=turned_.copy(), expression=value)


def bare(value: exp.Expr) -> exp.Expr:
    """A pivoted value without its alias."""
    return value.this.copy() if isinstance(value, exp.Alias | exp.PivotAlias) else value.copy()


def label(value: exp.Expr) -> str:
    """The column name a value gives."""
    match value:
        case exp.Alias() | exp.PivotAlias():
            return str(value.alias or value.args["alias"].name)
        case exp.Tuple():
            return "_".join(map(label, value.expressions))
        case exp.Cast():
            return label(value.this)
        case exp.Literal():
            return str(value.name)
        case _:
            return value.sql("duckdb")


def joined(one: str, other: str) -> str:
    """Parts of a column name."""
    return f"{one}_{other}" if one and other else one or other


def both(one: exp.Expr | None, other: exp.Expr) -> exp.Expr:
    """Two conditions at once."""
    return other if one is None else exp.And(this=one.copy(), expression=other)
