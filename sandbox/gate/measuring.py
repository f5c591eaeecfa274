"""The SQL of a release: cells with their figures, contributors, largest contributions and sums of record keys.

`src` holds the protected rows with all that is computed on them; one grouping pass makes `main`. Counting distinct
units and adding up by unit cost many times that, and the second largest contribution costs as much as all the rest; so
where it can be, the first statement gives bounds (`sandbox.gate.bounds`), and a second one what is exact
(`sandbox.gate.exactly`) in the cells that the bounds leave undecided (`sandbox.disclosure.undecided`).
"""

from typing import TYPE_CHECKING

from sandbox.gate.aggregated import exact, magnitudes, spread
from sandbox.gate.bounds import Bounds, boundable
from sandbox.gate.exactly import Exactly
from sandbox.gate.measured_rows import Measurement, Once, Row, row, rows
from sandbox.gate.printer import Printer
from sandbox.gate.sheet import Sheet
from sandbox.gate.spelling import quoted
from sandbox.plan import MeasureKind, Statement

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification


def measured(wanted: Measurement, *, undecided: str) -> tuple[Statement, Statement | None]:
    """The statement of a release and, where that one gives bounds, the exact one for the cells listed in the safe table
    `undecided`; the measured columns are those `sandbox.plan` names."""
    if not boundable(wanted):
        return drawn(wanted, Exactly(wanted)), None
    return drawn(wanted, Bounds(wanted)), drawn(wanted, Exactly(wanted, beside_bounds=True), among=undecided)


def drawn(wanted: Measurement, sheet: Sheet, *, among: str | None = None) -> Statement:
    """One statement; `among` names the safe table of the cells it is about, all where there is no one grouping set."""
    printer, columns, cells = Printer(guarded=True), Once("x"), wanted.cells
    printer.beside_rows.append({})
    figures = [row(printer, columns, specification) for specification in wanted.specifications]
    sheet.behind("", None, "rk")
    for number, (specification, figure) in enumerate(zip(wanted.specifications, figures, strict=True)):
        measure(sheet, f"m{number}_", specification, figure)
    source = rows(printer, wanted, columns)
    if among is not None and cells.plain and cells.keys:
        printer.releases.add(among)
        source = f"SELECT * FROM ({source}) AS q SEMI JOIN safe.{quoted(among)} AS o ON {cells.same('q', 'o')}"
    main = f"main AS (SELECT {', '.join([*cells.shown(), *sheet.passes.shown()])} FROM src{cells.group_by()})"
    shown = ", ".join([*(f"main.{name}" for name in cells.columns), *sheet.shown])
    joins = "".join(f" LEFT JOIN {name} ON {cells.same('main', name)}" for name in sheet.beside)
    return printer.statement(f"SELECT {shown} FROM main{joins}", [f"src AS ({source})", main, *sheet.definitions()])


def measure(sheet: Sheet, prefix: str, specification: "Specification", figure: Row) -> None:
    """The columns of one figure."""
    kind, value, flag = specification.kind, figure.value, figure.contributes
    sheet.contribute(prefix, specification, figure)
    if kind is MeasureKind.COUNT:
        apart = "DISTINCT " if not specification.unit_unique else ""
        sheet.give(
            f"{prefix}v",
            f"count({apart}{value})" if specification.counts_units else sheet.rows(flag),
        )
        if not specification.counts_units:
            sheet.give(f"{prefix}a", sheet.rows(flag))
    elif kind is MeasureKind.DISTINCT:
        sheet.values(prefix, figure)
    else:
        sheet.give(f"{prefix}v", exact(specification, figure))
        sheet.give(f"{prefix}lo", f"min({value})")
        sheet.give(f"{prefix}hi", sheet.greatest(specification, value))
        for text, name in spread(specification, figure, prefix):
            sheet.give(name, text)
    if kind is MeasureKind.MEAN:
        sheet.behind(f"{prefix}d", figure.eligible, f"CASE WHEN {figure.eligible} THEN rk END", number="")
    parts = magnitudes(specification, figure)
    for part, infix in parts:
        sheet.give(f"{prefix}{infix}a", f"coalesce(sum({part}), 0)")
    sheet.largest(prefix, specification, figure, parts)
