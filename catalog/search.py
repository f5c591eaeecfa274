"""Finding catalog entries in Chinese: by what a person means, without the exact words (Sharing Measure, Article 9).

Chinese is compared by pairs of characters, as search engines do where no word borders are written; other text by words.
Words that mean the same stand in `synonyms.yaml`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import log
from pathlib import Path

import yaml

from catalog.attributes import OPENING_WORDS
from catalog.model import Resource

_HAN, _WORDS = re.compile(r"[\u3400-\u9fff]+"), re.compile(r"[a-z0-9_]+")
_EMPTY = frozenset("的了和与及在按各从对中是")
TITLE, SUBJECT, COLUMN, NAME, TEXT = 6.0, 4.0, 3.0, 3.0, 1.0
"""How much a word weighs by where it stands."""
MOST_SPELLINGS = 64
ENOUGH = 0.5
"""Of what a word of the question consists of, at least this much must stand in an entry."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """The terms of a resource, each with the weight of the best place it stands in."""

    resource: Resource
    terms: dict[str, float]


def ranked(resources: Sequence[Resource], words: str) -> tuple[Resource, ...]:
    """The resources that speak of every word, the best first; rare words count more. No words: all, as they came."""
    asked = [parts for word in folded(words).split() if (parts := _alternatives(word))]
    if not asked:
        return tuple(resources)
    indexed = [index(resource) for resource in resources]
    scored = [(_score(each, asked, indexed), -place, each.resource) for place, each in enumerate(indexed)]
    return tuple(resource for score, _, resource in sorted(scored, key=lambda row: row[:2], reverse=True) if score > 0)


def index(resource: Resource) -> Indexed:
    """What a resource is found by."""
    said = resource.attributes
    places: list[tuple[float, str]] = [
        (TITLE, resource.title),
        (TITLE, resource.title_en),
        (NAME, resource.name),
        (NAME, said.code),
        *((SUBJECT, word) for word in (said.subject, said.industry, *said.tags)),
        *((COLUMN, text) for column in resource.columns for text in (column.name, column.title, column.title_en)),
        (TEXT, resource.provider),
        (TEXT, resource.abstract),
    ]
    if said.opening is not None:
        places += [(TEXT, word) for word in OPENING_WORDS[said.opening]]
    found: dict[str, float] = {}
    for weight, text in places:
        for term in terms(folded(text)):
            found[term] = max(weight, found.get(term, 0.0))
    return Indexed(resource, found)


def folded(text: str) -> str:
    """The text in one width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str) -> tuple[str, ...]:
    """What a folded text is compared by: pairs and single characters of Chinese, words of anything else.

    >>> terms("月收入 income")
    ('月收', '收入', '月', '收', '入', 'income')
    """
    han = _HAN.findall(text)
    pairs = [run[place : place + 2] for run in han for place in range(len(run) - 1)]
    return (*pairs, *(char for run in han for char in run), *_words(text))


def _asked(word: str) -> tuple[str, ...]:
    """The terms of a word of the question: pairs where there are any, without particles."""
    runs = [run for found in _HAN.findall(word) for run in re.split(f"[{''.join(_EMPTY)}]", found) if run]
    pairs = [run[place : place + 2] for run in runs for place in range(len(run) - 1)]
    return (*pairs, *(run for run in runs if len(run) == 1), *_words(word))


def _words(text: str) -> list[str]:
    return [part for word in _WORDS.findall(text) for part in {word, *word.split("_")} if part]


def _alternatives(word: str) -> tuple[tuple[str, ...], ...]:
    """The word in its own terms, and with the expressions it holds put in other words, so many at the most."""
    spelled = {word: None}
    for group in synonyms():
        for each in tuple(spelled):
            spelled |= {each.replace(held, other): None for held in group if held in each for other in group}
    return tuple(parts for each in islice(spelled, MOST_SPELLINGS) if (parts := _asked(each)))


def _score(entry: Indexed, asked: Iterable[tuple[tuple[str, ...], ...]], every: Sequence[Indexed]) -> float:
    total = 0.0
    for alternatives in asked:
        best = max(_held(entry, parts, every) for parts in alternatives)
        if best <= 0:
            return 0.0
        total += best
    return total


def _held(entry: Indexed, parts: tuple[str, ...], every: Sequence[Indexed]) -> float:
    held = [part for part in parts if part in entry.terms]
    if len(held) < ENOUGH * len(parts):
        return 0.0
    rarity = {part: log(1 + len(every) / sum(part in other.terms for other in every)) for part in held}
    return sum(entry.terms[part] * rarity[part] for part in held) / len(parts)


@cache
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of expressions that mean the same."""
    groups = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8"))
    return tuple(tuple(folded(word) for word in group) for group in groups)
