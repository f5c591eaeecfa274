"""PIVOT as the grouped SELECT it stands for; its values must be written out."""

from collections.abc import Mapping

from sqlglot import exp

from sandbox.gate import queries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Relation

MOST_COLUMNS = 200


def pivot(binding: Binding, node: exp.Pivot, *, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
    """`PIVOT t ON x IN (...) USING agg GROUP BY g`."""
    queries.allow(binding, node, {"this", "expressions", "using", "group", "with_", "unpivot", *queries.MODIFIERS})
    if node.args.get("unpivot"):
        raise Finding("not-supported", subject="UNPIVOT")
    using = node.args.get("using") or [exp.Anonymous(this="count", expressions=[exp.Star()])]
    inner = node.this
    source = inner if isinstance(inner, exp.Table | exp.Subquery) else exp.Subquery(this=inner)
    group = node.args.get("group")
    keys = list(group.expressions) if group is not None else remaining(binding, source, node, using, ctes)
    return spread(binding, node, source, keys, using, ctes=ctes, outer=outer)


def turned(binding: Binding, node: exp.Pivot, relation: Relation, *, ctes: Mapping[str, Relation]) -> Relation:
    """`FROM t PIVOT (agg FOR x IN (...) GROUP BY g)`."""
    del binding, relation, ctes
    raise Finding("pivot-values", subject="FROM ... PIVOT", at=offset(node))


def remaining(
    binding: Binding, source: exp.Expr, node: exp.Pivot, using: list[exp.Expr], ctes: Mapping[str, Relation]
) -> list[exp.Expr]:
    """Without GROUP BY: every column that is neither turned nor aggregated."""
    probe = queries.query(binding, exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.copy())), ctes=ctes)
    used = {column.name.lower() for part in (*node.expressions, *using) for column in part.find_all(exp.Column)}
    return [exp.column(known.name, quoted=True) for known in probe.fields if known.name.lower() not in used]


def spread(
    binding: Binding,
    node: exp.Pivot,
    source: exp.Expr,
    keys: list[exp.Expr],
    using: list[exp.Expr],
    *,
    ctes: Mapping[str, Relation],
    outer: Scope | None,
) -> Relation:
    """The grouped SELECT: an aggregate with a FILTER for each value."""
    choices: list[tuple[str, exp.Expr | None]] = [("", None)]
    for part in node.expressions:
        if not isinstance(part, exp.In) or not part.expressions or part.args.get("query"):
            raise Finding("pivot-values")
        if len(choices) * len(part.expressions) * len(using) > MOST_COLUMNS:
            raise Finding("too-many-figures", subject=str(MOST_COLUMNS))
        choices = [
            (join(name, label(value)), both(condition, exp.EQ(this=part.this.copy(), expression=bare(value))))
            for name, condition in choices
            for value in part.expressions
        ]
    shown: list[exp.Expr] = list(keys)
    for name, condition in choices:
        for aggregate in using:
            alias = aggregate.alias if isinstance(aggregate, exp.Alias) else ""
            plain = aggregate.this if isinstance(aggregate, exp.Alias) else aggregate
            figure = exp.Filter(this=plain.copy(), expression=exp.Where(this=condition.copy())) if condition else plain
            suffix = alias or (plain.sql("duckdb") if len(using) > 1 else "")
            shown.append(exp.Alias(this=figure, alias=exp.to_identifier(join(name, suffix), quoted=True)))
    select = exp.Select(
        expressions=shown,
        from_=exp.From(this=source),
        group=exp.Group(expressions=[key.copy() for key in keys]) if keys else None,
        **{name: node.args.get(name) for name in queries.MODIFIERS},
    )
    return queries.query(binding, select, ctes=ctes, outer=outer)


def bare(value: exp.Expr) -> exp.Expr:
    """A pivoted value without its alias."""
    return value.this.copy() if isinstance(value, exp.Alias | exp.PivotAlias) else value.copy()


def label(value: exp.Expr) -> str:
    """The column name a value gives."""
    if isinstance(value, exp.Alias | exp.PivotAlias):
        return str(value.alias or value.args["alias"].name)
    return str(value.name) if isinstance(value, exp.Literal) else value.sql("duckdb")


def join(one: str, other: str) -> str:
    """Parts of a column name."""
    return f"{one}_{other}" if one and other else one or other


def both(one: exp.Expr | None, other: exp.Expr) -> exp.Expr:
    """Two conditions at once."""
    return other if one is None else exp.And(this=one.copy(), expression=other)
