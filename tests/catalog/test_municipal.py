"""The generated municipal data set: valid, skewed as life is, the same for the same seed, and nobody's."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from catalog.geography import DISTRICTS
from catalog.model import Use
from catalog.municipal import Generated, municipal
from catalog.municipal.enterprises import organisation_check
from catalog.municipal.people import BIRTHPLACES
from masking import certificates

GRANTED = {
    "person": {
        "id_card": {"join"},
        "name": set(),
        "phone": set(),
        "district": {"group", "filter"},
        "age": {"group", "filter", "aggregate"},
        "gender": {"group", "filter"},
        "industry": {"group", "filter"},
        "income": {"aggregate", "filter"},
        "enterprise_uscc": {"join"},
    },
    "enterprise": {
        "uscc": {"join"},
        "ent_name": set(),
        "district": {"group", "filter"},
        "industry": {"group", "filter"},
        "capital": {"aggregate", "filter"},
        "reg_date": {"group", "filter"},
    },
}
FINGERPRINT = """
import hashlib
from catalog.municipal import municipal
text = repr([(each.declared.name, dict(each.cells)) for each in municipal(people_count=300)])
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("name", ["person", "enterprise"])
def test_columns_and_granted_uses_are_those_of_the_design(generated: dict[str, Generated], name: str) -> None:
    declared = generated[name].declared
    assert {column.name: {use.value for use in column.uses or ()} for column in declared.columns} == GRANTED[name]
    assert list(generated[name].cells) == list(GRANTED[name])
    assert declared.privacy_unit == ("id_card" if name == "person" else "uscc")


def test_every_id_number_is_valid_and_nobody_has_anothers(generated: dict[str, Generated]) -> None:
    ids = generated["person"].cells["id_card"]
    assert all(certificates.resident_id(str(number)) for number in ids)
    assert len(set(ids)) == len(ids)


def test_an_id_number_agrees_with_age_and_gender(generated: dict[str, Generated]) -> None:
    cells = generated["person"].cells
    for number, age, gender in zip(cells["id_card"], cells["age"], cells["gender"], strict=True):
        born = int(str(number)[6:10])
        assert 2025 - born - 1 <= int(str(age)) <= 2025 - born + 1
        assert (int(str(number)[16]) % 2 == 1) == (gender == "男")


def test_every_credit_code_is_valid_and_bears_its_district(generated: dict[str, Generated]) -> None:
    cells = generated["enterprise"].cells
    codes = {district.name: district.code for district in DISTRICTS}
    for code, district in zip(cells["uscc"], cells["district"], strict=True):
        assert certificates.uscc(str(code))
        assert str(code)[2:8] == codes[str(district)]
        assert str(code)[16] == organisation_check(str(code)[8:16])


def test_most_people_are_born_in_xiamen_some_in_counties_that_are_no_more(generated: dict[str, Generated]) -> None:
    born = Counter(str(number)[:6] for number in generated["person"].cells["id_card"])
    here = sum(count for code, count in born.items() if code.startswith("3502"))
    assert here > len(generated["person"].cells["id_card"]) / 2
    assert {"350203", "350205", "350206", "350211", "350212", "350213", "350204", "350221"} <= set(born)
    ended = {code: last for code, _, last, _ in BIRTHPLACES}
    assert all(int(str(number)[6:10]) <= ended[str(number)[:6]] for number in generated["person"].cells["id_card"])


def test_surnames_incomes_and_capital_are_skewed(generated: dict[str, Generated]) -> None:
    people, firms = generated["person"].cells, generated["enterprise"].cells
    surnames = Counter(str(name)[0] for name in people["name"])
    assert surnames["陈"] > 4 * median(surnames.values())
    incomes = sorted(float(str(income)) for income in people["income"] if income)
    assert incomes[-1] > 12 * median(incomes)
    capital = sorted(float(str(amount)) for amount in firms["capital"])
    assert sum(capital[-5:]) > 0.5 * sum(capital)


def test_there_are_small_cells_on_purpose(generated: dict[str, Generated]) -> None:
    cells = generated["person"].cells
    sizes = Counter(zip(cells["district"], cells["industry"], strict=True))
    assert sum(1 for size in sizes.values() if size < 10) >= 5
    assert sum(1 for size in sizes.values() if size >= 10) >= 30


def test_every_value_is_marked_as_synthetic(generated: dict[str, Generated]) -> None:
    about_somebody = [each.declared for each in generated.values() if each.declared.privacy_unit]
    assert all(declared.synthetic and "合成" in str(declared.abstract) for declared in about_somebody)
    assert all("合成" in str(name) for name in generated["enterprise"].cells["ent_name"])


def test_the_open_tables_say_nothing_of_people(generated: dict[str, Generated]) -> None:
    open_ones = {name: each for name, each in generated.items() if each.declared.privacy_unit is False}
    assert set(open_ones) == {"xiamen_district", "xiamen_street", "industry_section"}
    assert all(Use.SHOW in (column.uses or ()) for each in open_ones.values() for column in each.declared.columns)


def test_streets_are_those_of_the_published_divisions(generated: dict[str, Generated], shared: Path) -> None:
    published = (shared / "data/admin_divisions/streets_xiamen.csv").read_text(encoding="utf-8")
    known = {tuple(line.split(",")[:2]) for line in published.splitlines()[1:]}
    cells = generated["xiamen_street"].cells
    assert set(zip(cells["code"], cells["name"], strict=True)) <= known


def test_the_same_seed_gives_the_same_data_whatever_the_hash_seed() -> None:
    root = Path(__file__).parents[2]
    prints = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


def test_another_seed_gives_other_people() -> None:
    here, there = municipal(people_count=60, seed=1), municipal(people_count=60, seed=2)
    assert set(here[2].cells["id_card"]).isdisjoint(there[2].cells["id_card"])
