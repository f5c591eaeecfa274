"""Numbers of documents: check digits against an oracle, and the forms accepted and refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as stdnum_luhn
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from masking import certificates
from masking.checkdigits import CREDIT_ALPHABET, credit_check, luhn, resident_check

BODIES = st.text("0123456789", min_size=17, max_size=17)


@given(BODIES)
def test_the_check_digit_of_a_resident_id_is_that_of_stdnum(body: str) -> None:
    assert resident_check(body) == ric.calc_check_digit(f"{body}0")


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17))
def test_the_check_character_of_a_credit_code_is_that_of_stdnum(body: str) -> None:
    assert credit_check(body) == stdnum_uscc.calc_check_digit(body)


@given(st.text("0123456789", min_size=2, max_size=25))
def test_luhn_agrees_with_stdnum(digits: str) -> None:
    assert luhn(digits) is stdnum_luhn.is_valid(digits)


@given(
    st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999), st.sampled_from(["350212", "350213", "350203"])
)
def test_a_number_made_for_any_birthday_in_xiamen_is_a_resident_id(day: date, order: int, county: str) -> None:
    body = f"{county}{day:%Y%m%d}{order:03d}"
    assert certificates.resident_id(body + resident_check(body))


@given(BODIES, st.sampled_from("0123456789X"))
def test_one_wrong_character_at_the_end_spoils_a_resident_id(body: str, last: str) -> None:
    right = resident_check(body)
    assert last == right or not certificates.resident_id(body + last)


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
        "810000199408230021",
        "830000199201300022",
        "911124198108030024",
    ],
)
def test_resident_ids_are_accepted_in_every_form_they_are_written_in(number: str) -> None:
    assert certificates.resident_id(number)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110105194912310021", "check digit"),
        ("110105194902300027", "30 February"),
        ("990105194912310020", "no such province"),
        ("810001199408230027", "no permit's region"),
        ("610104620932690", "32 September"),
        ("11010519491231002", "17 digits"),
        ("", "empty"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٩", "digits of another script"),
    ],
)
def test_what_only_looks_like_a_resident_id_is_refused(number: str, why: str) -> None:
    assert not certificates.resident_id(number), why


@pytest.mark.parametrize("number", ["4111111111111111", "6222021001116245702", "378282246310005", "30569309025904"])
def test_a_card_number_of_the_right_length_for_its_prefix_is_a_bank_card(number: str) -> None:
    assert certificates.bank_card(number)


def test_a_card_number_is_refused_when_its_length_does_not_go_with_its_prefix() -> None:
    # given sixteen digits of a scheme that has fifteen, with the right check digit
    assert luhn("3400000000000018")
    assert not certificates.bank_card("3400000000000018")


def test_a_resident_id_that_passes_luhn_is_no_bank_card() -> None:
    # given: about one Fujian number in thirteen looks like a card of the 35 range
    numbers = [f"350203{year}0101{order:03d}" for year in range(1950, 2000) for order in range(0, 999, 37)]
    checked = [body + resident_check(body) for body in numbers]
    passing = [number for number in checked if number.isdigit() and luhn(number)]
    assert len(passing) > 50
    assert not any(map(certificates.bank_card, passing))


@pytest.mark.parametrize("number", ["E12345678", "EA1234567", "G12345678", "PE1234567", "K12345678", "MA1234567"])
def test_passports_of_today_are_known_by_their_form(number: str) -> None:
    assert certificates.passport(number)


@pytest.mark.parametrize("number", ["K0123456", "GA1234567", "EI1234567", "EO1234567", "X12345678", "E1234567"])
def test_what_no_office_issues_is_no_passport(number: str) -> None:
    assert not certificates.passport(number)


@pytest.mark.parametrize("number", ["C12345678", "CA1234567", "W12345678", "H1234567890", "M12345678", "L12345678"])
def test_permits_are_known_by_their_form(number: str) -> None:
    assert certificates.permit(number)


def test_plain_numbers_of_permits_and_old_passports_are_told_apart_from_known_forms() -> None:
    assert certificates.plain_permit("01234567")
    assert certificates.old_passport("141234567")
    assert not certificates.permit("01234567")
    assert not certificates.passport("141234567")


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_a_form(text: str) -> None:
    for form in (
        certificates.resident_id,
        certificates.uscc,
        certificates.bank_card,
        certificates.passport,
        certificates.permit,
    ):
        assert form(text) in (True, False)
