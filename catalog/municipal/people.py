"""Generated residents: valid ID numbers of nobody in particular, common surnames, incomes with a heavy tail."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from catalog.geography import INDUSTRIES
from catalog.municipal.chance import heavy, sprinkled, stream, weighted, zipf
from catalog.municipal.enterprises import INDUSTRY_WEIGHTS, Cells
from catalog.municipal.words import GIVEN, SURNAMES
from masking.checkdigits import resident_check

NOT_WORKING = "非在业"
DISTRICT_WEIGHTS = {"思明区": 24, "湖里区": 23, "集美区": 20, "海沧区": 12, "同安区": 13, "翔安区": 8}
BIRTHPLACES = (
    # (county code, first and last birth year it is found with, weight); GB/T 2260 and its history
    ("350203", 1900, 2100, 140), ("350202", 1900, 2002, 4), ("350204", 1900, 2002, 30), ("350205", 1900, 2100, 60),
    ("350206", 1960, 2100, 110), ("350211", 1950, 2100, 90), ("350221", 1900, 1995, 50), ("350212", 1985, 2100, 80),
    ("350213", 1985, 2100, 40), ("350102", 1900, 2100, 9), ("350181", 1970, 2100, 8), ("350322", 1900, 2100, 16),
    ("350502", 1900, 2100, 12), ("350521", 1900, 2100, 22), ("350524", 1900, 2100, 26), ("350525", 1900, 2100, 12),
    ("350582", 1970, 2100, 24), ("350583", 1970, 2100, 26), ("350602", 1900, 2100, 16), ("350623", 1900, 2100, 24),
    ("350624", 1900, 2100, 10), ("350628", 1900, 2100, 12), ("350681", 1970, 2100, 22), ("350802", 1970, 2100, 10),
    ("350881", 1970, 2100, 6), ("360102", 1900, 2100, 6), ("360732", 1950, 2100, 8), ("430102", 1970, 2100, 4),
    ("341222", 1970, 2100, 5), ("411322", 1970, 2100, 6), ("420102", 1900, 2100, 4), ("500236", 1970, 2100, 5),
    ("513021", 1950, 1998, 6), ("522425", 1950, 2010, 5), ("410102", 1900, 2100, 4), ("612430", 1950, 1999, 2),
)  # fmt: skip
MOBILE_PREFIXES = {"138": 9, "139": 8, "135": 7, "136": 7, "159": 6, "158": 6, "180": 5, "186": 4, "133": 3, "177": 2}
AGE_BANDS = ((0, 15, 11.0), (15, 22, 13.0), (22, 40, 24.0), (40, 55, 18.0), (55, 65, 10.0))
OLDEST = 103
WORKING = range(18, 66)
PENSION_FROM = 60
SHARE_NOT_WORKING, SHARE_SELF_EMPLOYED = 0.24, 0.15
SHARE_SINGLE_NAME, SHARE_NO_PHONE, SHARE_NO_INCOME = 0.14, 0.03, 0.015
PAY = {"J": 1.7, "I": 1.55, "D": 1.3, "M": 1.3, "P": 1.15, "Q": 1.15, "S": 1.1, "H": 0.7, "A": 0.65, "O": 0.72}
DISTRICT_PAY = {"思明区": 1.16, "湖里区": 1.08, "集美区": 1.0, "海沧区": 0.98, "同安区": 0.88, "翔安区": 0.84}


def people(count: int, register: Cells, *, seed: int, until: date) -> Cells:
    """Columns of `count` residents as of `until`; the employed name an enterprise of the register."""
    chance = stream(seed, "person")
    gender = weighted(chance, {"男": 51.5, "女": 48.5}, count)
    age = weighted(chance, _age_weights(), count)
    born = [_birthday(chance, years, until) for years in age]
    work = _work(chance, age, register)
    district = weighted(chance, DISTRICT_WEIGHTS, count)
    industry = [trade for trade, _ in work]
    return {
        "id_card": list(_resident_ids(chance, born, gender)),
        "name": list(_names(chance, gender)),
        "phone": list(_phones(chance, count)),
        "district": list(district),
        "age": list(age),
        "gender": list(gender),
        "industry": list(industry),
        "income": list(_incomes(chance, age, industry, district)),
        "enterprise_uscc": [uscc for _, uscc in work],
    }


def _age_weights() -> dict[int, float]:
    weights = {age: weight for first, end, weight in AGE_BANDS for age in range(first, end)}
    last = max(weights)
    return weights | {age: max(0.002, 7 * 0.88 ** (age - last)) for age in range(last + 1, OLDEST + 1)}


def _birthday(chance: Random, years: int, until: date) -> date:
    days = int(chance.random() * 365)
    last = until - timedelta(days=1)
    return date(last.year - years, last.month, min(last.day, 28)) - timedelta(days=days)


def _resident_ids(chance: Random, born: Sequence[date], gender: Sequence[str]) -> list[str]:
    places = _birthplaces(chance, [day.year for day in born])
    seen: set[str] = set()
    numbers = []
    for day, sex, place in zip(born, gender, places, strict=True):
        parity = sex == "男"
        start = f"{place}{day:%Y%m%d}"
        body = f"{start}{2 * int(chance.random() * 500) + parity:03d}"
        while body in seen:
            body = f"{start}{2 * int(chance.random() * 500) + parity:03d}"
        seen.add(body)
        numbers.append(body + resident_check(body))
    return numbers


def _birthplaces(chance: Random, years: Sequence[int]) -> list[str]:
    drawn = {}
    for year, count in sorted(Counter(years).items()):
        known = {code: weight for code, first, last, weight in BIRTHPLACES if first <= year <= last}
        drawn[year] = iter(weighted(chance, known, count))
    return [next(drawn[year]) for year in years]


def _names(chance: Random, gender: Sequence[str]) -> list[str]:
    surnames = weighted(chance, SURNAMES, len(gender))
    given = {sex: zipf(letters, 0.6) for sex, letters in GIVEN.items()}
    first = {sex: weighted(chance, weights, len(gender)) for sex, weights in given.items()}
    second = {sex: weighted(chance, weights, len(gender)) for sex, weights in given.items()}
    single = [chance.random() < SHARE_SINGLE_NAME for _ in gender]
    return [
        surname + first[sex][place] + ("" if alone else second[sex][place])
        for place, (surname, sex, alone) in enumerate(zip(surnames, gender, single, strict=True))
    ]


def _phones(chance: Random, count: int) -> list[str | None]:
    prefixes = weighted(chance, MOBILE_PREFIXES, count)
    return sprinkled(chance, [f"{prefix}{int(chance.random() * 10**8):08d}" for prefix in prefixes], SHARE_NO_PHONE)


def _work(chance: Random, age: Sequence[int], register: Cells) -> list[tuple[str, str | None]]:
    """Per resident the industry and, for the employed, the employer in the register."""
    order = list(range(len(register["uscc"])))
    employers = chance.choices(order, cum_weights=list(accumulate(zipf(order, 0.55).values())), k=len(age))
    names = {code: name for code, name, _ in INDUSTRIES}
    alone = [names[code] for code in weighted(chance, INDUSTRY_WEIGHTS, len(age))]
    work: list[tuple[str, str | None]] = []
    for place, years in enumerate(age):
        luck = chance.random()
        if years not in WORKING or luck < SHARE_NOT_WORKING:
            work.append((NOT_WORKING, None))
        elif luck < SHARE_NOT_WORKING + SHARE_SELF_EMPLOYED:
            work.append((alone[place], None))
        else:
            chosen = employers[place]
            work.append((str(register["industry"][chosen]), str(register["uscc"][chosen])))
    return work


def _incomes(
    chance: Random, age: Sequence[int], industry: Sequence[str], district: Sequence[str]
) -> list[float | None]:
    factor = {name: PAY.get(code, 1.0) for code, name, _ in INDUSTRIES}
    amounts = heavy(chance, 6800, 0.55, len(age))
    missing = [chance.random() < SHARE_NO_INCOME for _ in age]
    incomes: list[float | None] = []
    for years, trade, where, drawn, gone in zip(age, industry, district, amounts, missing, strict=True):
        amount = drawn * DISTRICT_PAY[where]
        if trade == NOT_WORKING:
            pension = round(amount * 0.55, 2) if years >= PENSION_FROM else 0.0
            incomes.append(pension if years >= WORKING.start and not gone else None)
        else:
            curve = 0.7 + 0.6 * min(1.0, (years - WORKING.start) / 24)
            incomes.append(None if gone else round(amount * factor[trade] * curve, 2))
    return incomes
