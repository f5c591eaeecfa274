"""Disclosure control said again, slowly and obviously, over raw rows: lists, fractions, one cell at a time."""

import hashlib
import hmac
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction

from sandbox.disclosure.perturbation import GRID, perturbation_table
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import BESIDE, MeasureKind
from tests.sandbox.disclosure.rows import SECRET, Case, Row, Wanted, between

Shown = int | float | list[float] | None


def answers(case: Case) -> dict[str, dict[str, Shown]]:
    """What may be shown: per cell, per figure, `None` where hidden; hidden cells are absent."""
    cells: dict[str, list[Row]] = defaultdict(list)
    for row in case.rows:
        cells[row.cell if case.grouped else ""].append(row)
    if not case.grouped and not cells:
        cells[""] = []
    shown = {}
    for name, rows in cells.items():
        visible = enough(rows, case) is not None
        if visible or not case.grouped:
            shown[name] = {want.name: figure(rows, want, case) if visible else None for want in case.wanted}
    return shown


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows behind a figure whose units are enough, with the scarcest kind's number and its perturbation."""

    rows: list[Row]
    words: list[int]
    fewest: int
    moved: int


def enough(rows: list[Row], case: Case) -> Behind | None:
    """The rows, when each kind of unit meets its minimum before and after perturbation."""
    if not rows:
        return None
    who = behind_all(rows, case)
    for unit in case.units:
        number, least = len({row.units[unit] for row in rows}), case.rules.minimum(unit)
        if number < least or number + deviation(number, who.words[0], least, case.rules) < least:
            return None
    return who


def behind_all(rows: list[Row], case: Case) -> Behind:
    """The rows with their scarcest units, however many."""
    words = key_words(rows)
    if len(case.units) > 1:
        words = hashed(b"kinds " + b"\0".join(unit.encode() for unit in sorted(case.units)), seeds(words))
    numbers = {unit: len({row.units[unit] for row in rows}) for unit in case.units}
    scarcest = min(case.units, key=lambda unit: numbers[unit])
    fewest = numbers[scarcest]
    return Behind(rows, words, fewest, deviation(fewest, words[0], case.rules.minimum(scarcest), case.rules))


def figure(rows: list[Row], want: Wanted, case: Case) -> Shown:
    """One figure of one visible cell."""
    taken = [row for row in rows if row.taken or not want.filtered]
    if want.kind is MeasureKind.DISTINCT:
        behind = [row for row in taken if row.category is not None]
    elif want.kind is MeasureKind.COUNT:
        behind = taken
    else:
        zero_adds = want.kind in {MeasureKind.QUANTILE, MeasureKind.MOMENT}
        behind = [row for row in taken if row.x is not None and (zero_adds or row.x != 0)]
    who = enough(behind, case)
    left_out = [row for row in rows if not any(row is other for other in behind)]
    if who is None or (want.filtered and enough(left_out, case) is None):
        return None
    match want.kind:
        case MeasureKind.COUNT:
            return count(who, want, case)
        case MeasureKind.DISTINCT:
            return distinct(who, case)
        case MeasureKind.SUM | MeasureKind.MEAN:
            return magnitude(who, [row for row in taken if row.x is not None], want, case)
        case MeasureKind.MOMENT:
            return moment(who, want, case)
        case MeasureKind.QUANTILE:
            return quantile(who, want, case)


def count(who: Behind, want: Wanted, case: Case) -> Shown:
    exact = len({row.units[want.of_units] for row in who.rows}) if want.of_units else len(who.rows)
    result = exact + math.floor(Fraction(who.moved * max(exact, who.fewest), who.fewest) + Fraction(1, 2))
    if not want.of_units:
        who = replace(who, rows=[replace(row, x=1.0) for row in who.rows])
        if dominated(who, case):
            return None
        mean = exact / who.fewest
        excess = max(max(contributions(who, unit)[0] for unit in case.units) - mean, 0)
        drawn = argument_words(who.words, leading(excess / mean), 0)
        result += round(excess * chance(who.words[1], drawn[0], case.rules))
    if case.rules.counts != "perturb":
        result = nearest(result, case.rules.base)
    return result if result >= max(case.rules.minimum(unit) for unit in case.units) else None


def distinct(who: Behind, case: Case) -> Shown:
    by_value = defaultdict(list)
    for row in who.rows:
        by_value[row.category].append(row)
    met = [
        rows
        for rows in by_value.values()
        if all(len({row.units[unit] for row in rows}) >= case.rules.minimum(unit) for unit in case.units)
    ]
    if len(met) < 2:
        return None
    return len(met) + deviation(len(met), who.words[3], 1, case.rules) or None


def magnitude(who: Behind, divided: list[Row], want: Wanted, case: Case) -> Shown:
    values = [row.x or 0.0 for row in who.rows]
    total, low, high = sum(values), min(values), max(values)
    if dominated(who, case) or outlying(values, who, case.rules):
        return None
    top = max(contributions(who, unit)[0] for unit in case.units)
    one_row_each = all(len({row.units[unit] for row in who.rows}) == len(who.rows) for unit in case.units)
    reach = high - low if one_row_each else max(high - low, top)
    position = round((total / len(values) - low) / (high - low) * 2**36)
    half = 2**35
    turned = 1 if position < half else -1 if position > half else (-1 if total < 0 else 1)
    many = 0 if one_row_each else leading(top / (high - low))
    drawn = argument_words(who.words, min(position, 2**36 - position), many)
    noise = turned * reach * chance(who.words[1], drawn[0], case.rules)
    factor = 1 + who.moved / who.fewest
    result = len(values) * (low + (high - low) * position / 2**36) * factor + noise
    if want.kind is MeasureKind.MEAN:
        whole = behind_all(divided, case)
        share = Fraction(whole.moved * max(len(divided), whole.fewest), whole.fewest)
        result /= max(len(divided) + math.floor(share + Fraction(1, 2)), 1)
    return round(result) if want.whole else result


def moment(who: Behind, want: Wanted, case: Case) -> Shown:
    values = [row.x or 0.0 for row in who.rows]
    if who.fewest - want.parameters < case.rules.residual or dominated(who, case) or min(values) == max(values):
        return None
    mean = sum(values) / len(values)
    exact = sum((value - mean) ** 2 for value in values) / len(values)
    furthest = max(max(values) - mean, mean - min(values))
    moved = furthest**2 / len(values) * most_rows(who, case)
    share = min(max(case.rules.moment / who.fewest, case.rules.moment_least), 0.5)
    reach = min(max(case.rules.moment * moved, share * exact), exact / 2)
    drawn = argument_words(who.words, leading(exact / moved), 0)
    return exact + reach * chance(who.words[2], drawn[0], case.rules)


def quantile(who: Behind, want: Wanted, case: Case) -> Shown:
    values = sorted(row.x or 0.0 for row in who.rows)
    if values[0] == values[-1]:
        return None
    cuts = [values[max(math.ceil(len(values) * at) - 1, 0)] for at in want.quantiles]
    for unit in case.units:
        below = {row.units[unit] for row in who.rows if (row.x or 0.0) <= cuts[0]}
        above = {row.units[unit] for row in who.rows if (row.x or 0.0) >= cuts[-1]}
        if min(len(below), len(above)) < case.rules.minimum(unit):
            return None
    position = round((sum(values) / len(values) - values[0]) / (values[-1] - values[0]) * 2**36)
    drawn = argument_words(who.words, position, 0)
    moved = max(most_rows(who, case) / len(values), 1 / who.fewest)
    ranks = math.sqrt(case.rules.variance) * moved * chance(who.words[2], drawn[0], case.rules)
    steep = [(between(values, at + BESIDE) - between(values, at - BESIDE)) / (2 * BESIDE) for at in want.quantiles]
    return [cut + ranks * slope for cut, slope in zip(cuts, steep, strict=True)]


def most_rows(who: Behind, case: Case) -> int:
    """The most rows that one unit of any kind has."""
    return max(max(Counter(row.units[unit] for row in who.rows).values()) for unit in case.units)


def contributions(who: Behind, unit: str) -> list[float]:
    """What each unit adds in absolute terms, largest first."""
    added: dict[int, float] = defaultdict(float)
    for row in who.rows:
        added[row.units[unit]] += abs(row.x or 0.0)
    return sorted(added.values(), reverse=True)


def dominated(who: Behind, case: Case) -> bool:
    """The p% and (n,k) rules, for each kind of unit."""
    for unit in case.units:
        first, second, *others = [*contributions(who, unit), 0.0, 0.0]
        total = first + second + sum(others)
        rest = case.rules.p_percent / 100 * (1 + secret(who, 1))
        top = case.rules.share / 100 - (1 - case.rules.share / 100) * secret(who, 2)
        if sum(others) < rest * first or first + second > top * total:
            return True
    return False


def outlying(values: list[float], who: Behind, rules: DisclosureRules) -> bool:
    """All equal, or one value further from the rest than all the rest together from each other."""
    stricter = rules.spread / 100 * (1 - secret(who, 3) / 5)
    low, high = min(values), max(values)
    above, below = sum(value - low for value in values), sum(high - value for value in values)
    return high == low or high - low > stricter * min(above, below)


def key_words(rows: list[Row]) -> list[int]:
    """Eight 32-bit words from the mean record key as a reduced fraction."""
    mean = Fraction(sum(row.key for row in rows), len(rows))
    return hashed(b"cell", [mean.numerator, mean.denominator])


def secret(who: Behind, word: int) -> float:
    """What a set keeps to itself, between 0 and 1."""
    return (hashed(b"secret", seeds(who.words))[word] + 0.5) / 2**32


def seeds(words: list[int]) -> list[int]:
    return [int.from_bytes(b"".join(word.to_bytes(4, "little") for word in pair), "little", signed=True)
            for pair in (words[4:6], words[6:8])]  # fmt: skip


def argument_words(words: list[int], *fingerprints: int) -> list[int]:
    return hashed(b"argument", [*seeds(words), *fingerprints])


def hashed(purpose: bytes, numbers: list[int]) -> list[int]:
    key = hmac.digest(SECRET, b"disclosure cell key 1 " + purpose, "sha256")
    text = b"".join(number.to_bytes(8, "little", signed=True) for number in numbers)
    digest = hashlib.blake2b(text, key=key, digest_size=32).digest()
    return [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 32, 4)]


def nearest(number: int, base: int) -> int:
    """The multiple of the base that is nearest, the greater of two."""
    return min(range(0, number + base + 1, base), key=lambda multiple: (abs(multiple - number), -multiple))


def deviation(number: int, word: int, least: int, rules: DisclosureRules) -> int:
    """By how much a count is perturbed, rounded, or both."""
    moved = 0 if rules.counts == "round" else looked_up(number, word, least, rules)
    return moved if rules.counts == "perturb" else nearest(number + moved, rules.base) - number


def looked_up(number: int, word: int, least: int, rules: DisclosureRules) -> int:
    """What the perturbation table adds to a count under a 32-bit word."""
    table = perturbation_table(variance=rules.variance, deviation=rules.deviation, least=least)
    passed = 0
    for place, share in enumerate(table.rows[min(max(number - least, 0), len(table.rows) - 1)]):
        passed += share
        if word < passed * (2**32 // GRID):
            return place - rules.deviation
    raise AssertionError("the table's row does not add up to one")


def chance(by_set: int, by_argument: int, rules: DisclosureRules) -> float:
    """The two parts of the noise, in units of the reach."""
    drawn = sum(
        part * math.sqrt(3) * ((word + 0.5) / 2**31 - 1)
        for part, word in ((rules.by_set, by_set), (rules.by_argument, by_argument))
    )
    return math.copysign(max(abs(drawn), rules.least), drawn)


def leading(number: float) -> int:
    """A number's leading 30 bits and its exponent."""
    part, exponent = math.frexp(number)
    return round(part * 2**30) * 4096 + exponent
