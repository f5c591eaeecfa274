"""TPC-H and TPC-DS tables and queries, made by DuckDB's own extensions in an environment apart from the project's.

The extensions exist for DuckDB 1.5 and not for the 2.0 this project runs on, so that a second environment, locked in
`tpc.lock`, writes tables as Parquet and queries as JSON under `build/tpc`.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "tpc"
SCALE = "0.05"
MAKE = """
import duckdb, importlib.util, json, pathlib, sys
out, scale = pathlib.Path(sys.argv[1]), sys.argv[2]
for kind, call in (("tpch", "dbgen"), ("tpcds", "dsdgen")):
    package = pathlib.Path(importlib.util.find_spec(f"duckdb_extension_{kind}").origin).parent
    extension = next(package.rglob(f"{kind}.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": True})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"CALL {call}(sf={scale})")
    folder = out / kind
    folder.mkdir(parents=True, exist_ok=True)
    for (table,) in connection.execute("SHOW TABLES").fetchall():
        connection.execute(f"COPY {table} TO '{folder / table}.parquet'")
    queries = connection.execute(f"SELECT query_nr, query FROM {kind}_queries() ORDER BY 1").fetchall()
    (out / f"{kind}.json").write_text(json.dumps(queries))
"""


def queries(kind: str) -> list[tuple[int, str]]:
    """The queries of `tpch` or `tpcds`, by number."""
    made()
    return [(number, text.strip().rstrip(";")) for number, text in json.loads((BUILD / f"{kind}.json").read_text())]


def tables(kind: str) -> dict[str, Path]:
    """The Parquet file of every table."""
    made()
    return {path.stem: path for path in sorted((BUILD / kind).glob("*.parquet"))}


def made() -> None:
    """Make the tables and queries once."""
    if (BUILD / "tpcds.json").is_file():
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    environment = BUILD / "venv"
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, "--require-hashes"]
    subprocess.run([*install, "-r", HERE / "tpc.lock"], check=True)
    subprocess.run([python, "-c", MAKE, BUILD, SCALE], check=True)
