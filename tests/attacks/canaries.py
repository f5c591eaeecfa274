"""A city with canaries in it: 6,006 people of whom three are known to attackers, firms, rides, and an annex over them.

T is the only person of that age and industry and earns far more than anybody; B is the only one of her district, age,
gender and industry; C is one of four in an industry. One firm owns most of its cell, and everybody in another cell
earns the same.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import duckdb
import pyarrow as pa

from catalog.model import ColumnType, Use
from sandbox.gate import Granted, GrantedColumn, GrantedResource
from tests.sandbox.passes import hold

TEXT, WHOLE, REAL, DAY = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DATE
DISTRICTS = ("Chaoyang", "Haidian", "Fengtai", "Xicheng", "Dongcheng", "Tongzhou")
PEOPLE, FIRMS, BICYCLES, RIDES, COLLEAGUES = 6_000, 300, 900, 5_000, 22
SECRET = b"attackers do not know this secret"

T = {
    "id_card": "110105192906153821", "name": "Qiu Canarywei", "phone": "13907770042", "district": "Chaoyang",
    "age": 97, "gender": "F", "industry": "IND19", "income": 8765432.1, "enterprise_uscc": "91110105CANARY0017",
}  # fmt: skip
B = {
    "id_card": "110108197805054410", "name": "Lin Bravosubject", "phone": "13811112222", "district": "Haidian",
    "age": 48, "gender": "M", "industry": "IND03", "income": 123456.78, "enterprise_uscc": "91110108ORDIN00042",
}  # fmt: skip
C = {
    "id_card": "110106199001010037", "name": "Mo Charlierow", "phone": "13712345678", "district": "Fengtai",
    "age": 36, "gender": "F", "industry": "IND18", "income": 45678.9, "enterprise_uscc": "91110108ORDIN00007",
}  # fmt: skip
RICHEST_FIRM = 912345678.9
CANARY_FIRM = {"uscc": T["enterprise_uscc"], "ent_name": "Canary Ltd", "capital": 55555555.5}
TEXTS = (
    *(str(someone[name]) for someone in (T, B, C) for name in ("id_card", "name", "phone", "income")),
    *("906153821", str(T["enterprise_uscc"]), "Canary Ltd", str(RICHEST_FIRM)),
)
NUMBERS = (*(float(str(someone["income"])) for someone in (T, B, C)), RICHEST_FIRM, 55555555.5, 13907770042.0)


def column(name: str, kind: ColumnType, uses: str, refers: str | None = None) -> GrantedColumn:
    """A granted column from a line of words; no bounds, so that nothing is clipped."""
    return GrantedColumn(name, kind, frozenset(map(Use, uses.split())), None, refers)


def resource(name: str, *columns: GrantedColumn, unit: str | None = None, kind: str | None = None) -> GrantedResource:
    """A granted resource; people and firms stand in one row each."""
    known = {each.name: each for each in columns}
    unique = kind in {"resident_id", "uscc"}
    return GrantedResource(name, known, unit, kind, unique, unit_rows=unit is not None)


GRANTED = Granted(
    {
        each.name: each
        for each in (
            resource(
                "person",
                column("id_card", TEXT, "join", "resident_id"),
                column("district", TEXT, "group filter"),
                column("gender", TEXT, "group filter"),
                column("industry", TEXT, "group filter"),
                column("age", WHOLE, "group filter aggregate"),
                column("income", REAL, "aggregate filter"),
                column("enterprise_uscc", TEXT, "join", "uscc"),
                unit="id_card",
                kind="resident_id",
            ),
            resource(
                "enterprise",
                column("uscc", TEXT, "join", "uscc"),
                column("district", TEXT, "group filter"),
                column("industry", TEXT, "group filter"),
                column("capital", REAL, "aggregate filter"),
                column("reg_date", DAY, "group filter"),
                unit="uscc",
                kind="uscc",
            ),
            resource(
                "ride",
                column("bicycle_id", TEXT, "join", "ride"),
                column("fence", TEXT, "group filter join"),
                column("distance", REAL, "aggregate filter"),
                unit="bicycle_id",
                kind="ride",
            ),
            resource(
                "fence",
                column("fence", TEXT, "show group filter join"),
                column("road", TEXT, "show group filter"),
                column("size", REAL, "show aggregate filter"),
                column("cost", REAL, "aggregate"),
            ),
        )
    }
)


def tables(seed: int = 11) -> Mapping[str, pa.Table]:
    """The raw tables."""
    chance = Random(seed)  # noqa: S311 - test data
    firms = [firm(chance, index) for index in range(FIRMS)]
    firms[0]["capital"] = RICHEST_FIRM
    firms.append({**firm(chance, FIRMS), **CANARY_FIRM, "district": "Chaoyang", "industry": "IND19"})
    people = [person(chance, index) for index in range(PEOPLE)]
    for someone in people[:COLLEAGUES]:
        someone["enterprise_uscc"] = T["enterprise_uscc"]
    few = [{**C, "id_card": f"11010619900101999{index}", "age": 30 + index, "gender": "M",
            "name": f"Few {index}", "phone": f"1371234999{index}", "income": 7000.5 + 111 * index}
           for index in range(3)]  # fmt: skip
    people += [{**someone, "__key": key(chance)} for someone in (T, B, C, *few)]
    keys = [key(chance) for _ in range(BICYCLES)]
    rides = [ride(chance, chance.randrange(BICYCLES), keys) for _ in range(RIDES)]
    fences = [
        {"fence": f"f{index}", "road": f"road{index % 7}", "size": float(index), "cost": 1000.0 + index * 7}
        for index in range(40)
    ]
    rows = {"person": people, "enterprise": firms, "ride": rides, "fence": fences}
    return {name: pa.Table.from_pylist(each) for name, each in rows.items()}


def key(chance: Random) -> int:
    """A record key."""
    return chance.randrange(1, 2**31)


def firm(chance: Random, index: int) -> dict[str, Any]:
    """A firm; the first fourteen share a cell with the richest."""
    crowded = index < 14
    return {
        "uscc": f"91110108ORDIN{index:05d}",
        "ent_name": f"Firm {index}",
        "district": "Fengtai" if crowded else chance.choice(DISTRICTS),
        "industry": "IND05" if crowded else f"IND{chance.randrange(18):02d}",
        "capital": round(chance.lognormvariate(13, 0.8), 2),
        "reg_date": date(1995, 1, 1) + timedelta(days=chance.randrange(10_000)),
        "__key": key(chance),
    }


def person(chance: Random, index: int) -> dict[str, Any]:
    """Somebody; all of district Xicheng and industry 16 earn the same, and nobody is where B is."""
    found = {
        "id_card": f"{chance.choice(('110101', '110102', '110105', '110108'))}{1945 + chance.randrange(60)}{index:08d}",
        "name": f"Person {index}",
        "phone": f"150{index:08d}",
        "district": chance.choice(DISTRICTS),
        "age": chance.randrange(18, 80),
        "gender": chance.choice("FM"),
        "industry": f"IND{chance.randrange(18):02d}",
        "income": round(chance.lognormvariate(8.7, 0.5), 2),
        "enterprise_uscc": f"91110108ORDIN{chance.randrange(FIRMS):05d}",
        "__key": key(chance),
    }
    if found["district"] == "Xicheng" and found["industry"] == "IND16":
        found["income"] = 3200.0
    if all(found[name] == B[name] for name in ("district", "age", "gender", "industry")):
        found["industry"] = "IND04"
    return found


def ride(chance: Random, bicycle: int, keys: list[int]) -> dict[str, Any]:
    """A ride of a bicycle; one in twenty has no distance."""
    return {
        "bicycle_id": f"b{bicycle}",
        "fence": f"f{chance.randrange(40)}",
        "distance": chance.random() * 400 if chance.random() < 0.95 else None,
        "__key": keys[bicycle],
    }


def engine(raw: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """An engine with the raw tables in `data` and room for safe ones in `safe`."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("CREATE SCHEMA data; CREATE SCHEMA safe")
    for name, table in raw.items():
        hold(connection, name, table, unit=GRANTED.resources[name].privacy_unit)
    return connection
