"""Which column a name means: by scope, never by spelling alone."""

from dataclasses import replace

from sqlglot import exp

from sandbox.gate.binding import NOTHING, Binding, Scope, Visible, walk
from sandbox.gate.parse import offset
from sandbox.gate.tree import Column, Expression, Nested, Operation, Variable
from sandbox.gate.vocabulary import NAME


def column(binding: Binding, scope: Scope, node: exp.Expr, *, aliases_first: bool = False) -> Expression:
    """The expression a (qualified) column name stands for; a finding when it stands for none or several."""
    parts = [part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name]
    at = offset(node)
    if len(parts) == 1:
        found = unqualified(binding, scope, parts[0], node, aliases_first=aliases_first)
    else:
        found = qualified(scope, parts[0], parts[1], at)
        rest = parts[2:]
        if found is None and len(parts) > len(("table", "column")):
            found, rest = qualified(scope, parts[1], parts[2], at), parts[3:]
        if found is None:
            found, rest = unqualified(binding, scope, parts[0], None), parts[1:]
        for name in rest:
            if found is None or not NAME.match(name):
                found = None
                break
            found = Operation("field", (found,), (name,))
    if found is None:
        return binding.refuse("unknown-column", subject=".".join(parts), node=node)
    return placed(found, at)


def placed(found: Expression, at: int | None) -> Expression:
    """The same, remembering where it stands in the caller's text."""
    return replace(found, at=at) if isinstance(found, Column) else found


def unqualified(
    binding: Binding, scope: Scope, name: str, node: exp.Expr | None, *, aliases_first: bool = False
) -> Expression | None:
    """A bare name: lambda parameter, column of this scope, alias of the select list, column of an outer scope."""
    key = name.lower()
    if key in scope.parameters:
        return Variable(key)
    if aliases_first and key in scope.aliases:
        return binding.substitute(scope.aliases[key])
    if key in scope.merged:
        return scope.merged[key][0]
    found = [seen.columns[key] for seen in scope.visible if key in seen.columns]
    if len(found) > 1:
        return binding.refuse("ambiguous-column", subject=name, node=node) if node is not None else NOTHING
    if found:
        return found[0]
    if key in scope.aliases:
        return binding.substitute(scope.aliases[key])
    if scope.outer is not None:
        outer = unqualified(binding, scope.outer, name, node)
        return reach(scope, outer)
    return None


def qualified(scope: Scope, table: str, name: str, at: int | None) -> Expression | None:
    """`alias.column`; the innermost relation of that alias wins."""
    for seen in scope.visible:
        if seen.name == table.lower() and name.lower() in seen.columns:
            return placed(seen.columns[name.lower()], at)
    if any(seen.name == table.lower() for seen in scope.visible):
        return None
    if scope.outer is not None:
        return reach(scope, qualified(scope.outer, table, name, at))
    return None


def reach(scope: Scope, found: Expression | None) -> Expression | None:
    """Remember that the scope refers to columns outside it."""
    if found is not None:
        for piece in walk(found):
            scope.reached |= (
                {piece} if isinstance(piece, Column) else set(piece.outer) if isinstance(piece, Nested) else set()
            )
    return found


def star(scope: Scope, table: str | None) -> list[tuple[str, Expression]] | None:
    """The columns a star means, with their names; a column merged by USING comes once."""
    shown: list[tuple[str, Expression]] = []
    merged_shown: set[str] = set()
    candidates: list[Visible] = [seen for seen in scope.visible if table is None or seen.name == table.lower()]
    if not candidates:
        return None
    for seen in candidates:
        for key, expression in seen.columns.items():
            if table is None and key in scope.merged and seen.source in scope.merged[key][1]:
                if key in merged_shown:
                    continue
                merged_shown.add(key)
                shown.append((seen.labels[key], scope.merged[key][0]))
            else:
                shown.append((seen.labels[key], expression))
    return shown


def numbered(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`#2`: the second column in sight."""
    found = at_number(scope, node)
    return binding.refuse("position", subject=f"#{node.name}", node=node) if found is None else found[1]


def at_number(scope: Scope, node: exp.Expr) -> tuple[str, Expression] | None:
    """The column that a number in sight means, with its name."""
    shown, number = star(scope, None) or [], node.this.name
    return shown[int(number) - 1] if number.isdecimal() and 1 <= int(number) <= len(shown) else None
