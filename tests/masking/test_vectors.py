"""What peers expect of identifiers, within the scope that docs/masking-scope.md decides."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from masking import certificates, contacts
from masking.find import find
from masking.model import Kind

WHOLE: dict[str, Callable[[str], bool]] = {
    "cn_resident_id": certificates.resident_id,
    "cn_uscc": certificates.uscc,
    "cn_passport": certificates.passport,
    "cn_mobile": contacts.mobile,
    "bank_card": certificates.bank_card,
    "cn_plate": contacts.plate,
    "cn_plate_new_energy": contacts.plate,
}
OUT_OF_SCOPE = {"cn_resident_id_strict", "cn_resident_id_birth_place", "cn_postcode"}
ANOTHER_SCHEME = ("bank_card_unionpay", "invalid")


@pytest.fixture(scope="module")
def vectors(shared: Path) -> list[dict[str, str]]:
    """Every vector as it was published: type, value, expected."""
    with (shared / "data/peer_validator_vectors/vectors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_type_of_vector_is_in_scope_or_named_as_out_of_it(vectors: list[dict[str, str]]) -> None:
    types = {row["type"] for row in vectors}
    assert types - WHOLE.keys() - OUT_OF_SCOPE == {"bank_card_unionpay", "free_text_bank_card"}


def test_whole_values_get_the_verdict_that_peers_expect(vectors: list[dict[str, str]]) -> None:
    tried = [row for row in vectors if row["type"] in WHOLE]
    wrong = [
        (row["type"], row["value"])
        for row in tried
        if WHOLE[row["type"]](row["value"]) is not (row["expected"] == "valid")
    ]
    assert wrong == []
    assert len(tried) > 150


def test_every_card_that_peers_hold_for_a_unionpay_one_is_a_bank_card(vectors: list[dict[str, str]]) -> None:
    cards = [row for row in vectors if row["type"] == "bank_card_unionpay" and row["expected"] == "valid"]
    assert [row["value"] for row in cards if not certificates.bank_card(row["value"])] == []


def test_cards_in_running_text_are_found_as_often_as_peers_expect(vectors: list[dict[str, str]]) -> None:
    texts = [row for row in vectors if row["type"] == "free_text_bank_card"]
    counted = {row["value"]: sum(found.kind is Kind.BANK_CARD for found in find(row["value"])) for row in texts}
    assert counted == {row["value"]: int(row["expected"].split()[0]) for row in texts}


def test_an_id_of_a_county_born_later_than_its_holder_is_accepted(vectors: list[dict[str, str]]) -> None:
    # The strict type asks for the opposite: real people have such numbers, so it is out of scope.
    strict = [row["value"] for row in vectors if row["type"] == "cn_resident_id_strict"]
    assert all(map(certificates.resident_id, strict))
