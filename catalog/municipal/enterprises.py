"""Generated enterprises and their annual reports: a few dominate, most are small, some cells hold one."""

from datetime import date, timedelta
from random import Random
from typing import Any

from catalog.geography import DISTRICTS, INDUSTRIES
from catalog.municipal.chance import heavy, stream, weighted
from catalog.municipal.words import SUFFIXES, SYNTHETIC, TRADE_WORDS
from masking.checkdigits import CREDIT_ALPHABET, credit_check

Cells = dict[str, list[Any]]
"""A table by columns."""

REPORT_YEARS = (2023, 2024, 2025)
SHARE_SILENT, SHARE_LONG_NAME = 0.04, 0.4
DISTRICT_WEIGHTS = {"思明区": 30, "湖里区": 27, "集美区": 16, "海沧区": 13, "同安区": 9, "翔安区": 5}
INDUSTRY_WEIGHTS = {
    "A": 1.2, "B": 0.03, "C": 14, "D": 0.25, "E": 7, "F": 36, "G": 4, "H": 3.5, "I": 9, "J": 0.8, "K": 2.2, "L": 11,
    "M": 5, "N": 0.4, "O": 2.5, "P": 1.1, "Q": 0.5, "R": 1.5, "S": 0.15, "T": 0.01,
}  # fmt: skip
GIANTS = (
    ("制造业", "翔安区", 4_800_000.0),
    ("批发和零售业", "湖里区", 3_600_000.0),
    ("金融业", "思明区", 2_900_000.0),
    ("交通运输、仓储和邮政业", "海沧区", 1_500_000.0),
    ("房地产业", "集美区", 900_000.0),
)
"""Enterprises of which each holds most of its cell: (industry, district, registered capital in 万元)."""

_CODES = {district.name: district.code for district in DISTRICTS}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def enterprises(count: int, *, seed: int, until: date) -> Cells:
    """Columns of `count` enterprises registered before `until`; the first five are the giants."""
    chance = stream(seed, "enterprise")
    names = {code: name for code, name, _ in INDUSTRIES}
    industry = [names[code] for code in weighted(chance, INDUSTRY_WEIGHTS, count)]
    district = weighted(chance, DISTRICT_WEIGHTS, count)
    capital = [float(round(amount)) or 1.0 for amount in heavy(chance, 120, 1.4, count)]
    for place, (trade, where, amount) in enumerate(GIANTS[:count]):
        industry[place], district[place], capital[place] = trade, where, amount
    days = (until - date(1985, 1, 1)).days
    registered = [until - timedelta(days=1 + int(days * chance.betavariate(1.1, 3.2))) for _ in range(count)]
    codes = _credit_codes(chance, district)
    return {
        "uscc": list(codes),
        "ent_name": [_name(chance, trade) for trade in industry],
        "district": list(district),
        "industry": list(industry),
        "capital": list(capital),
        "reg_date": list(registered),
    }


def annual_reports(register: Cells, *, seed: int) -> Cells:
    """One row an enterprise and year since it was registered: revenue and tax in 万元, employees."""
    chance = stream(seed, "annual")
    rows: list[tuple[object, ...]] = []
    for uscc, capital, registered in zip(register["uscc"], register["capital"], register["reg_date"], strict=True):
        revenue = capital * chance.lognormvariate(0.4, 0.8)
        staff = max(1, round(revenue / 90 * chance.lognormvariate(0, 0.5)))
        for year in REPORT_YEARS:
            if registered.year <= year and chance.random() > SHARE_SILENT:
                turn = round(revenue * chance.lognormvariate(0, 0.15), 2)
                tax = round(max(0.0, turn * chance.normalvariate(0.04, 0.02)), 2)
                rows.append((uscc, year, turn, tax, max(1, round(staff * chance.lognormvariate(0, 0.1)))))
    chance.shuffle(rows)
    names = ("uscc", "year", "revenue", "tax", "employees")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def organisation_check(body: str) -> str:
    """The 9th character of an organisation code from its first eight (GB 11714).

    >>> organisation_check("D2143569")
    'X'
    """
    total = sum(weight * int(character, 36) for weight, character in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X"[-total % 11]


def _credit_codes(chance: Random, district: list[str]) -> list[str]:
    bodies: set[str] = set()
    codes = []
    for where in district:
        body = "MA" + "".join(chance.choices(CREDIT_ALPHABET, k=6))
        while body in bodies:
            body = "MA" + "".join(chance.choices(CREDIT_ALPHABET, k=6))
        bodies.add(body)
        unchecked = f"91{_CODES[where]}{body}{organisation_check(body)}"
        codes.append(unchecked + credit_check(unchecked))
    return codes


def _name(chance: Random, industry: str) -> str:
    words = "".join(chance.choices(TRADE_WORDS, k=2 + (chance.random() < SHARE_LONG_NAME)))
    return f"厦门{words}{chance.choice(SUFFIXES[industry])}有限公司（{SYNTHETIC}）"
