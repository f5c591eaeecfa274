"""Arguments made of conditions and numbers alone: their sums are sums of counts, and are perturbed as counts are."""

from sandbox.gate import flows
from sandbox.gate.tree import Call, Expression, Literal, LiteralKind, Operation

TWO = 2
ZERO = Literal("0", LiteralKind.NUMBER)
NUMERIC_CASTS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "UTINYINT",
    "UINTEGER",
    "DECIMAL",
)


def constants(argument: Expression) -> list[tuple[Expression | None, float]] | None:
    """The (condition, number) branches of an argument made of conditions and numbers alone; `None` for any other.

    Conditions exclude each other; a branch that yields null is left out; condition `None` always holds.
    """
    match argument:
        case Literal(kind=LiteralKind.NUMBER):
            return [(None, float(argument.text))]
        case Operation(operator="neg", arguments=(Literal(kind=LiteralKind.NUMBER) as number,)):
            return [(None, -float(number.text))]
        case Operation(operator="cast" | "try_cast", arguments=(inner,), words=(word,)):
            return constants(inner) if word.startswith(NUMERIC_CASTS) else None
        case Call(function="coalesce" | "ifnull", arguments=(inner, Literal(kind=LiteralKind.NUMBER, text="0"))):
            return constants(inner)
        case Operation(operator="case"):
            return choices(argument)
        case Call() if argument.function in flows.PREDICATES:
            return [(Operation("is true", (argument,)), 1.0), (Operation("is false", (argument,)), 0.0)]
        case Operation() if argument.operator in flows.CONDITIONS | flows.PRESENCE:
            return [(Operation("is true", (argument,)), 1.0), (Operation("is false", (argument,)), 0.0)]
        case _:
            return None


def choices(argument: Operation) -> list[tuple[Expression | None, float]] | None:
    """The branches of a CASE whose results are all numbers or null."""
    *branches, default = argument.arguments
    results = [*branches[1::2], default]
    found: list[tuple[Expression | None, float]] = []
    before: list[Expression] = []
    for index, result in enumerate(results):
        condition = branches[2 * index] if index < len(results) - 1 else None
        holds = [] if condition is None else [Operation("is true", (condition,))]
        parts: list[Expression] = [*(Operation("is not true", (earlier,)) for earlier in before), *holds]
        if condition is not None:
            before.append(condition)
        match result:
            case Literal(kind=LiteralKind.NULL):
                continue
            case Literal(kind=LiteralKind.NUMBER):
                number = float(result.text)
            case Operation(operator="neg", arguments=(Literal(kind=LiteralKind.NUMBER) as inner,)):
                number = -float(inner.text)
            case _:
                return None
        found.append((parts[0] if len(parts) == 1 else Operation("and", tuple(parts)) if parts else None, number))
    return found


def covering(branches: list[tuple[Expression | None, float]]) -> bool:
    """Whether the branches of a CASE leave nobody out: the last one is the default."""
    last = branches[-1][0] if branches else None
    match last:
        case Operation(operator="is not true"):
            return len(branches) == TWO
        case Operation(operator="and", arguments=parts):
            return len(parts) == len(branches) - 1 and all(
                isinstance(part, Operation) and part.operator == "is not true" for part in parts
            )
        case _:
            return False


def added(terms: list[Expression]) -> Expression:
    """The sum of terms."""
    value: Expression = terms[0] if terms else ZERO
    for term in terms[1:]:
        value = Operation("+", (value, term))
    return value


def numeral(number: float) -> Expression:
    """A number as a literal."""
    spelled = str(int(abs(number))) if float(number).is_integer() else repr(abs(number))
    literal = Literal(spelled, LiteralKind.NUMBER)
    return Operation("neg", (literal,)) if number < 0 else literal
