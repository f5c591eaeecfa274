"""How much of what analysts write the gate understands, whether it keeps the meaning, and how long it takes.

Run: `.venv/bin/python -m benchmarks.gate`. With every table open (no privacy unit), the rewritten query must give what
the original gives. Times are of check and rewrite, the median of several runs of each query; the ratio is to what
DuckDB's own parser needs for the same text.
"""

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError

from benchmarks import tpc
from benchmarks.stages import REPEATS, Stages
from catalog.model import ColumnType, Use
from sandbox.errors import NotLawful
from sandbox.gate import Granted, GrantedColumn, GrantedResource, check
from sandbox.gate.parse import Plain
from tests.sandbox.gate.world import GRANTED, same

LAWFUL_QUERIES = Path(__file__).resolve().parents[1] / "tests" / "sandbox" / "gate" / "lawful.yaml"
WORKLOAD = Path(__file__).resolve().parents[2] / "shared" / "data" / "sql_workloads" / "selects.jsonl.zst"
EVERYTHING = frozenset(Use) - {Use.MASKED}
CONSTRUCTS = {"not-supported", "unknown-function", "unknown-type", "unknown-unit", "not-sql", "pivot-values"}
MENDINGS = 6
LAWFUL = {"PLACEHOLDER"}  # a query with blanks is not a query


def world(columns: dict[str, Iterable[str]]) -> Granted:
    """An annex that opens these columns of these tables for every use."""
    return Granted(
        {
            name.lower(): GrantedResource(
                name, {column.lower(): GrantedColumn(column, ColumnType.TEXT, EVERYTHING) for column in sorted(found)}
            )
            for name, found in columns.items()
        }
    )


def main() -> None:
    """Print every figure."""
    parser = duckdb.connect()
    stages = Stages()
    texts = [text for kind in ("tpch", "tpcds") for text in benchmark(kind, stages)]
    report(f"TPC-H and TPC-DS ({len(texts)} queries)", stages, parser, texts)
    protected(parser)
    if WORKLOAD.is_file():
        workload(parser)
    else:
        print("workload: skipped, the shared folder is absent")


def benchmark(kind: str, stages: Stages) -> list[str]:
    """Understood and same answers, of a TPC benchmark; the texts understood."""
    engine = duckdb.connect()
    engine.execute("CREATE SCHEMA data; SET search_path = 'data'")
    columns = {}
    for name, path in tpc.tables(kind).items():
        engine.execute(f"CREATE TABLE data.\"{name}\" AS FROM '{path}'")
        columns[name] = [row[0] for row in engine.execute(f'DESCRIBE data."{name}"').fetchall()]
    granted = world(columns)
    equal = 0
    understood = []
    queries = tpc.queries(kind)
    for number, sql in queries:
        try:
            plan = stages.check(sql, granted)
        except NotLawful as refusal:
            print(f"  {kind} {number}: {refusal}")
            continue
        understood.append(sql)
        if same(engine.sql(sql).to_arrow_table(), engine.sql(plan.final.sql).to_arrow_table()):
            equal += 1
        else:
            print(f"  {kind} {number}: another answer")
    print(f"{kind}: understood {len(understood)}/{len(queries)}, same answer {equal}/{len(queries)}")
    return understood


def protected(parser: duckdb.DuckDBPyConnection) -> None:
    """The time of queries over protected rows, whose releases are drawn up as well."""
    stages = Stages()
    texts = [sql for queries in yaml.safe_load(LAWFUL_QUERIES.read_text("utf-8")).values() for sql in queries]
    for sql in texts:
        stages.check(sql, GRANTED)
    report(f"over protected rows ({len(texts)} queries)", stages, parser, texts)


def report(what: str, stages: Stages, parser: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> None:
    """Times, where they go, and the ratio to the engine's own parser."""
    stages.report(what)
    plain = [parse_time(parser, sql) for sql in texts]
    ratio = statistics.median(stages.checks) / statistics.median(plain)
    print(f"  ratio of medians to DuckDB's own parser {ratio:.1f}")


def workload(parser: duckdb.DuckDBPyConnection) -> None:
    """Understood, of real analysts' SELECTs with the tables they name declared."""
    lines = parser.execute("SELECT sql_duckdb FROM read_json(?, format = 'newline_delimited')", [str(WORKLOAD)])
    texts = [row[0] for row in lines.fetchall()]
    constructs: Counter[str] = Counter()
    stages = Stages()
    understood: list[str] = []
    lawful = 0
    for sql in texts:
        try:
            granted = settled(sql, declared(sql))
            stages.check(sql, granted)
            understood.append(sql)
        except SqlglotError:
            constructs["sqlglot does not parse it"] += 1
        except NotLawful as refusal:
            names = {
                f"{each.rule} {each.subject}" if each.rule in CONSTRUCTS else each.rule for each in refusal.reasons
            }
            if all(each.subject in LAWFUL for each in refusal.reasons):
                lawful += 1
            else:
                constructs[", ".join(sorted(names))] += 1
    share = 100 * len(understood) / (len(texts) - lawful)
    print(f"workload: understood {len(understood)}/{len(texts) - lawful} ({share:.1f} %), lawfully refused {lawful}")
    for construct, count in constructs.most_common():
        print(f"  {count:4} {construct}")
    report("workload", stages, parser, understood)


def parse_time(parser: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Milliseconds DuckDB needs to parse and serialise a text: the median of several runs."""
    runs = []
    for _ in range(REPEATS):
        begin = time.thread_time()
        parser.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
        runs.append((time.thread_time() - begin) * 1_000)
    return statistics.median(runs)


def settled(sql: str, granted: Granted) -> Granted:
    """The declared tables, mended while the query names columns they lack or that several share: a guessed schema."""
    for _ in range(MENDINGS):
        try:
            check(sql, granted=granted)
        except NotLawful as refusal:
            columns = {resource.name: list(resource.columns) for resource in granted.resources.values()}
            wrong = [each for each in refusal.reasons if each.rule in {"unknown-column", "ambiguous-column"}]
            if not wrong or not columns:
                return granted
            for each in wrong:
                mend(sql, columns, str(each.subject), lacking=each.rule == "unknown-column")
            granted = world(columns)
        else:
            return granted
    return granted


def mend(sql: str, columns: dict[str, list[str]], subject: str, *, lacking: bool) -> None:
    """Add a column to the tables behind the alias it was asked of, or leave a shared one to one table."""
    tree = Plain().parse(sql)[0]
    alias, _, column = subject.lower().rpartition(".")
    tables = [] if tree is None else list(tree.find_all(exp.Table))
    behind = [name(table) for table in tables if table.alias_or_name.lower() == alias]
    if lacking:
        for table in [found for found in behind if found in columns] or (list(columns) if alias else list(columns)[:1]):
            columns[table].append(column)
        return
    qualified = {
        part.table.lower() for part in (tree.find_all(exp.Column) if tree else ()) if part.name.lower() == column
    }
    asked = [name(table) for table in tables if table.alias_or_name.lower() in qualified]
    holders = [table for table, found in columns.items() if column in found]
    for table in [holder for holder in holders if holder not in asked][-1:] or holders[1:]:
        columns[table].remove(column)


def declared(sql: str) -> Granted:
    """The tables a query names with the columns it names: a bare column belongs to the first table of its SELECT."""
    tree = Plain().parse(sql)[0]
    columns: dict[str, set[str]] = defaultdict(set)
    if tree is None:
        return Granted({})
    common = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for select in tree.find_all(exp.Select):
        near = {table.alias_or_name.lower(): name(table) for table in nearby(select) if name(table) not in common}
        for table in near.values():
            columns[table].add("id_of_row")
        for column in select.find_all(exp.Column):
            if isinstance(column.this, exp.Star):
                continue
            if column.table:
                target = near.get(column.table.lower())
            elif column.find_ancestor(exp.Select) is select and near and not aliased(select, column.name):
                target = (
                    next(iter(near.values()))
                    if not any(column.name.lower() in columns[t] for t in near.values())
                    else None
                )
            else:
                target = None
            if target is not None:
                columns[target].add(column.name.lower())
        for join in select.args.get("joins") or []:
            for part in join.args.get("using") or []:
                for table in near.values():
                    columns[table].add(part.name.lower())
    return world(columns)


def aliased(select: exp.Select, column: str) -> bool:
    """Whether the SELECT gives this name to one of its projections, or reads it from a subquery."""
    return any(
        part.alias.lower() == column.lower() for part in select.expressions if isinstance(part, exp.Alias)
    ) or any(
        column.lower() in {name.lower() for name in inner.named_selects}
        for source in (select.args.get("from_"), *(select.args.get("joins") or []))
        if source is not None
        and isinstance(source.this, exp.Subquery)
        and isinstance(inner := source.this.unnest(), exp.Query)
    )


def nearby(select: exp.Select) -> list[exp.Table]:
    """The tables of a SELECT's own FROM."""
    found = []
    for clause in (select.args.get("from_"), *(select.args.get("joins") or [])):
        if clause is not None:
            found += [table for table in clause.find_all(exp.Table) if table.find_ancestor(exp.Select) is select]
    return [table for table in found if isinstance(table.this, exp.Identifier)]


def name(table: exp.Table) -> str:
    """The name a table is declared under."""
    return ".".join(part.name for part in table.parts).lower()


if __name__ == "__main__":
    main()
