"""The page on disclosure control says what the rule document says."""

import re
from pathlib import Path

import pytest
import yaml

from sandbox.disclosure.document import DEFAULT, PLACES
from sandbox.disclosure.perturbation import GRID, perturbation_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "disclosure.md"


def test_the_table_of_defaults_is_the_default_document() -> None:
    document = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    said = dict(re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    stands = {f"frequency.{unit}": str(number) for unit, number in document["frequency"].items()}
    for place in PLACES:
        value = document
        for part in place.split("."):
            value = value[part]
        if not place.startswith(("version", "title")):
            stands[place] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    assert {place: value.strip() for place, value in said.items()} == {
        place: value.replace("True", "true") for place, value in stands.items()
    }


def test_the_probabilities_on_the_page_are_the_table_s() -> None:
    line = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if "probability" in line)

    shares = perturbation_table(variance=2, deviation=5, least=10).rows[0][5:]

    assert [float(number) for number in re.findall(r"\d+\.\d+", line)] == pytest.approx(
        [100 * share / GRID for share in shares], abs=0.006
    )
