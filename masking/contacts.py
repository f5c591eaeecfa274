"""Whether a whole value reaches somebody or some device: telephone, e-mail, plate, network address, place."""

import ipaddress
import re
import unicodedata

_MOBILE = re.compile(r"(?:(?:\+|00)86)?(?:1[3-9]|9[28])[0-9]{9}")
_LANDLINE = re.compile(
    r"(?:(?:\+|00)86[- ]?)?\(?(?:0?(?P<city>10|2[0-9])\)?[- ]?(?P<eight>[2-9][0-9]{7})"
    r"|0?(?P<town>[3-9][0-9]{2})\)?[- ]?(?P<seven>[2-9][0-9]{6,7}))(?:(?:-|转|ext\.?) ?[0-9]{1,6})?"
)
_HOTLINE = re.compile(r"[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}|[48]00[- ]?[0-9]{4}[- ]?[0-9]{3}")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}(?:(?:-|转) ?[0-9]{1,6})?")
_EMAIL = re.compile(r"[A-Z0-9._%+-]{1,64}@(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z]{2,24}", re.IGNORECASE)
MAC = r"[0-9A-F]{2}(?P<gap>[:-])[0-9A-F]{2}(?:(?P=gap)[0-9A-F]{2}){4}|[0-9A-F]{4}(?:\.[0-9A-F]{4}){2}"
_MAC = re.compile(MAC, re.IGNORECASE)

PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE = (
    rf"[{PLATE_PROVINCES}][A-HJ-NP-Z][·. ]?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]"
    r"|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])"
    rf"|[使领][0-9]{{6}}|[0-9]{{6}}[使领]|[{PLATE_PROVINCES}][A-HJ-NP-Z][·. ]?[0-9]{{4}}领"
    rf"|WJ[{PLATE_PROVINCES}]?[0-9]{{4}}[0-9XBTSHJD]"
)
"""Plates with five characters, new-energy ones with six, embassies', consulates' and the armed police's."""
_PLATE = re.compile(PLATE)

_DECIMAL = r"[-+]?[0-9]{1,3}\.[0-9]{2,}"
PAIR = rf"({_DECIMAL})(?: ?[,，;、] ?| )({_DECIMAL})"
_PAIR = re.compile(rf"[(\[]?{PAIR}[)\]]?")
_POINT = re.compile(r"POINT ?\(([-+]?[0-9.]{1,20}) ([-+]?[0-9.]{1,20})\)", re.IGNORECASE)
ANGLE = (
    r"(?:[东西]经|[南北]纬) ?[0-9]{1,3}(?:\.[0-9]+)?°?"
    r"|[0-9]{1,3}°[0-9]{1,2}['′分](?:[0-9]{1,2}(?:\.[0-9]+)?(?:\"|″|′′|'')?秒?)?[NSEW]?"
)
_ANGLE = re.compile(ANGLE)
LATITUDES, LONGITUDES = 90.0, 180.0


def narrow(value: str) -> str:
    """The value with full-width characters narrowed and blanks at both ends taken off."""
    return unicodedata.normalize("NFKC", value).strip()


def mobile(value: str) -> bool:
    """A mobile number, with or without +86 or 0086, in one piece; the reserved ranges 92 and 98 count too."""
    return _MOBILE.fullmatch(narrow(value)) is not None


def landline(value: str) -> bool:
    """A telephone number with its area code, or a 400 or 800 one.

    >>> landline("0592-5301234"), landline("5301234")
    (True, False)
    """
    number = narrow(value)
    if _HOTLINE.fullmatch(number):
        return True
    return number.lstrip("(+").startswith(("0", "86")) and _LANDLINE.fullmatch(number) is not None


def local_line(value: str) -> bool:
    """A telephone number without its area code: digits that count only where the column says so."""
    return _LOCAL.fullmatch(narrow(value)) is not None


def email(value: str) -> bool:
    """An e-mail address in ASCII."""
    address = narrow(value)
    return _EMAIL.fullmatch(address) is not None and ".." not in address and address[0] != "."


def plate(value: str) -> bool:
    """A vehicle's plate by its form.

    >>> plate("闽D12345"), plate("闽DD12345"), plate("闽DI2345")
    (True, True, False)
    """
    return _PLATE.fullmatch(narrow(value).upper()) is not None


def ip(value: str) -> bool:
    """An IPv4 or IPv6 address, alone or with the length of its network."""
    address, _, length = narrow(value).partition("/")
    if "." not in address and address.count(":") < 2:  # noqa: PLR2004 `::` is the shortest form of an IPv6 address
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not length or (length.isdecimal() and int(length) <= parsed.max_prefixlen)


def mac(value: str) -> bool:
    """A MAC address with colons, hyphens or dots."""
    return _MAC.fullmatch(narrow(value)) is not None


def coordinate(value: str) -> bool:
    """A pair of degrees in either order, or an angle written with its signs."""
    text = narrow(value)
    pair = _PAIR.fullmatch(text) or _POINT.fullmatch(text)
    return on_earth(pair[1], pair[2]) if pair else _ANGLE.fullmatch(text) is not None


def on_earth(first: str, second: str) -> bool:
    """Whether two numbers are a latitude and a longitude, in either order."""
    try:
        low, high = sorted((abs(float(first)), abs(float(second))))
    except ValueError:
        return False
    return low <= LATITUDES and high <= LONGITUDES


def degrees(value: str) -> bool:
    """A single number that may be a latitude or a longitude; counts only where the column says so."""
    try:
        return abs(float(value)) <= LONGITUDES
    except ValueError:
        return _ANGLE.fullmatch(narrow(value)) is not None
