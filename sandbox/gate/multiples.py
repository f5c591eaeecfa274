"""How often rows that are not protected could match a protected one.

A long list of the caller's own thresholds, joined to each person, would say cell by cell where somebody's value lies.
"""

from math import inf

from sandbox.gate.tree import (
    Call,
    Column,
    Expression,
    From,
    Join,
    Literal,
    LiteralKind,
    Operation,
    Relation,
    Scan,
    Select,
    SetOperation,
    Source,
    TableFunction,
    Values,
)

MOST_BANDS = 200


def makes_rows(body: Select) -> bool:
    """Whether its select list makes several rows of one."""
    return any(isinstance(part, Call) and part.function == "unnest" for part in body.projections)


def distinct(relation: Relation, names: frozenset[str]) -> bool:
    """Whether no two rows of a relation agree on these columns (printed names), as far as can be seen without data."""
    if relation.determined is not None and set(relation.determined) <= names:
        return True
    everything = {known.inner for known in relation.fields} <= names
    match relation.body:
        case Values(rows=rows):
            return different([tuple(cell for index, cell in enumerate(row) if f"c{index}" in names) for row in rows])
        case TableFunction(function="unnest", arguments=(Operation(operator="list", arguments=cells),)):
            return "c0" in names and different([(cell,) for cell in cells])
        case TableFunction(function="range" | "generate_series"):
            return "c0" in names
        case SetOperation(operator=operator):
            return everything and not operator.endswith(" ALL")
        case Select(source=Source(id=number, relation=inner), grouping=None, distinct_on=()) as body if not makes_rows(
            body
        ):
            below = {
                part.name
                for known, part in zip(relation.fields, body.projections, strict=True)
                if isinstance(part, Column) and part.source == number and known.inner in names
            }
            return (everything and body.distinct) or distinct(inner, frozenset(below))
        case _:
            return False


def different(rows: list[tuple[Expression, ...]]) -> bool:
    """Whether rows of literals differ pairwise, numbers by value; anything but a number or a text is not told apart."""
    if not all(row and all(map(plain, row)) for row in rows):
        return False
    return len({tuple(map(value, row)) for row in rows}) == len(rows)


def plain(cell: Expression) -> bool:
    """Whether it is a number or a text, written out."""
    return isinstance(cell, Literal) and cell.kind in {LiteralKind.NUMBER, LiteralKind.TEXT}


def value(cell: Expression) -> float | str:
    """What a literal compares as."""
    if isinstance(cell, Literal) and cell.kind is LiteralKind.NUMBER:
        return float(cell.text)
    return cell.text if isinstance(cell, Literal) else ""


def few(met: From, names: frozenset[str]) -> bool:
    """Whether what protected rows meet on these columns is stored, has each value once, or is a short list."""
    match met:
        case Source(relation=relation):
            return stored(relation) or distinct(relation, names) or rows_written(relation) <= MOST_BANDS
        case Join(left=left, right=right):
            return stored_alone(left) and stored_alone(right)


def stored_alone(node: From) -> bool:
    """Whether a FROM clause reads stored rows and nothing else."""
    match node:
        case Source(relation=relation):
            return stored(relation)
        case Join(left=left, right=right):
            return stored_alone(left) and stored_alone(right)


def stored(relation: Relation) -> bool:
    """Whether it is a stored relation, at most filtered and renamed."""
    match relation.body:
        case Scan(schema="data"):
            return True
        case Select(source=Source(relation=inner), grouping=None) as body if not makes_rows(body):
            return stored(inner)
        case _:
            return False


def rows_written(relation: Relation) -> float:
    """How many rows the caller wrote down at the most; without end for any other relation."""
    match relation.body:
        case Values(rows=rows):
            return len(rows)
        case Select(source=Source(relation=inner), grouping=None, projections=shown):
            return rows_written(inner) if all(isinstance(part, Column | Literal) for part in shown) else inf
        case _:
            return inf
