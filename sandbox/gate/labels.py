"""Names of output columns that the caller did not name: as the engine would give them, constants left out.

A constant that somebody compares or computes with stays out of the answer's head: it may be an identity number, and an
output that leaves the domain carries its column names along. Parameters of functions, such as 0.5 of a quantile, stay.
"""

from sqlglot import exp

from sandbox.gate.parse import Plain

LONGEST = 120
LEFT_OUT = "?"
KEPT = (exp.Anonymous, exp.DataTypeParam, exp.Bracket, exp.Slice, exp.WindowSpec)  # where a number is a parameter


def default_name(node: exp.Expr) -> str:
    """The name of an output column the caller did not name.

    >>> default_name(Plain().parse("SELECT 100.0 * count(*) FILTER (WHERE a > 5)")[0].expressions[0])
    '? * count(*) FILTER(WHERE a > ?)'
    >>> default_name(Plain().parse("SELECT quantile_cont(a, 0.5)")[0].expressions[0])
    'quantile_cont(a, 0.5)'
    """
    match node:
        case exp.Column():
            return str(node.name)
        case exp.Paren():
            return default_name(node.this)
        case exp.Literal() | exp.Null() | exp.Boolean():
            return LEFT_OUT
        case exp.Anonymous(expressions=[exp.Star()]) if node.name.lower() == "count":
            return "count_star()"
        case _:
            return bare(node).sql(dialect=Plain, normalize_functions=False)[:LONGEST]


def bare(node: exp.Expr) -> exp.Expr:
    """The expression with function names in lower case and its constants left out."""
    copied = node.copy()
    for call in copied.find_all(exp.Anonymous):
        call.set("this", call.name.lower())
    for literal in list(copied.find_all(exp.Literal)):
        if literal.is_string or not isinstance(literal.parent, KEPT):
            literal.replace(exp.Var(this=LEFT_OUT))
    return copied
