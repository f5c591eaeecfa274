"""Telephones, e-mail, plates, network addresses and places: accepted and refused."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking import contacts


@pytest.mark.parametrize(
    "number", ["13800138000", "+8613800138000", "008616238234822", "19912341234", "１３８００１３８０００"]
)
def test_mobile_numbers_in_one_piece_are_known(number: str) -> None:
    assert contacts.mobile(number)


@pytest.mark.parametrize(
    "number", ["12800138000", "1380013800", "138001380000", "+008613811211114", "0592-5301234", ""]
)
def test_other_numbers_are_no_mobile_ones(number: str) -> None:
    assert not contacts.mobile(number)


@pytest.mark.parametrize(
    "number", ["0592-5301234", "(0592)5301234", "010-62345678", "05925301234", "+86-592-5301234", "0592-5301234-801",
               "400-820-8820", "8008208820"]
)  # fmt: skip
def test_landlines_with_an_area_code_and_hotlines_are_known(number: str) -> None:
    assert contacts.landline(number)


@pytest.mark.parametrize(
    "number", ["5301234", "0592-1301234", "010-6234567", "13800138000", "2023-01-01", "59253012345678"]
)
def test_other_digits_are_no_landline(number: str) -> None:
    assert not contacts.landline(number)


@pytest.mark.parametrize("text", ["a.b-c+d@xm.gov.cn", "13812345678@qq.com", "A@B.CO"])
def test_mail_addresses_are_known(text: str) -> None:
    assert contacts.email(text)


@pytest.mark.parametrize(
    "text", ["a@b", "@qq.com", "a..b@qq.com", ".a@qq.com", "张三@qq.com", "a@-b.com", "a b@qq.com"]
)
def test_what_no_mail_reaches_is_no_mail_address(text: str) -> None:
    assert not contacts.email(text)


@pytest.mark.parametrize(
    "text", ["闽D12345", "闽D·12345", "闽DD12345", "闽D12345F", "京A1234警", "使123456", "粤Z1234港", "闽d1a2b3"]
)
def test_plates_old_and_new_are_known(text: str) -> None:
    assert contacts.plate(text)


@pytest.mark.parametrize("text", ["闽D1234", "闽I12345", "某D12345", "闽DO1234", "闽DZ12345", "闽D1234567"])
def test_what_no_office_stamps_is_no_plate(text: str) -> None:
    assert not contacts.plate(text)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_every_address_of_the_internet_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert contacts.ip(str(address))
    assert contacts.ip(address.exploded)


@pytest.mark.parametrize("text", ["256.1.1.1", "1.2.3", "12:30", "12:30:45", "1.2.3.4/33", "12345", "1.2.3.4.5"])
def test_times_versions_and_numbers_are_no_internet_address(text: str) -> None:
    assert not contacts.ip(text)


def test_mac_addresses_are_known_with_one_separator_throughout() -> None:
    assert all(map(contacts.mac, ["00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"]))
    assert not any(map(contacts.mac, ["00:1A-2B:3C:4D:5E", "001A2B3C4D5E", "00:1A:2B:3C:4D", "GG:1A:2B:3C:4D:5E"]))


@pytest.mark.parametrize(
    "text",
    ["118.0894,24.4798", "24.4798 118.0894", "(118.09，24.48)", "POINT(118.1 24.4)", "东经118.08°", "118°5′22″E"],
)
def test_pairs_of_degrees_and_angles_are_coordinates(text: str) -> None:
    assert contacts.coordinate(text)


@pytest.mark.parametrize("text", ["118.0894", "318.08,24.47", "3.14 200.5", "2023.01 99.5", "24,48"])
def test_single_numbers_and_impossible_pairs_are_no_coordinates(text: str) -> None:
    assert not contacts.coordinate(text)


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_a_form(text: str) -> None:
    for form in (contacts.mobile, contacts.landline, contacts.email, contacts.plate, contacts.ip, contacts.mac,
                 contacts.coordinate, contacts.degrees, contacts.local_line):  # fmt: skip
        assert form(text) in (True, False)
