"""Reading a disclosure rule document (YAML, as `rules.yaml`) into rules, refusing what it does not understand."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.disclosure.errors import Breach, RulesNotLawful
from sandbox.disclosure.rules import DisclosureRules

DEFAULT = Path(__file__).with_name("rules.yaml")

INTEGER: type[object] = int
PLACES: Mapping[str, tuple[str, type[object]]] = {
    "version": ("version", str),
    "title.zh": ("title_zh", str),
    "title.en": ("title_en", str),
    "dominance.p_percent": ("p_percent", float),
    "dominance.largest": ("largest", int),
    "dominance.share": ("share", float),
    "dominance.spread": ("spread", float),
    "perturbation.variance": ("variance", float),
    "perturbation.deviation": ("deviation", int),
    "magnitude.by_set": ("by_set", float),
    "magnitude.by_argument": ("by_argument", float),
    "magnitude.least": ("least", float),
    "magnitude.moment": ("moment", float),
    "magnitude.moment_least": ("moment_least", float),
    "digits.quantile": ("quantile_digits", int),
    "digits.moment": ("moment_digits", int),
    "digits.magnitude": ("magnitude_digits", int),
    "residual": ("residual", int),
    "suppression.say": ("say_suppression", bool),
    "suppression.bands": ("bands", list),
    "differences.act": ("difference_act", str),
    "differences.margin": ("difference_margin", int),
    "differences.looks": ("difference_looks", int),
    "budget.queries_day": ("queries_day", int),
    "budget.queries_month": ("queries_month", int),
    "budget.queries_all": ("queries_all", int),
    "budget.cells_day": ("cells_day", int),
    "budget.cells_month": ("cells_month", int),
    "budget.cells_all": ("cells_all", int),
}


def read_rules(document: Mapping[str, Any]) -> DisclosureRules:
    """The rules of a document; what it leaves out keeps its default.

    Raises `RulesNotLawful` listing unknown places, wrong types and values out of range.
    """
    values: dict[str, Any] = {}
    frequency = dict(DisclosureRules.frequency)
    breaches = []
    for place, value in _flat(document):
        section, _, unit = place.partition(".")
        if section == "frequency" and unit:
            name, wanted = unit, INTEGER
        elif place in PLACES:
            name, wanted = PLACES[place]
        else:
            breaches.append(Breach(place, "没有这一项", "there is no such rule"))
            continue
        if not _fits(value, wanted):
            breaches.append(Breach(place, f"类型应为 {wanted.__name__}", f"must be of type {wanted.__name__}"))
        elif section == "frequency":
            frequency[name] = value
        else:
            values[name] = tuple(value) if wanted is list else value
    if breaches:
        raise RulesNotLawful(tuple(breaches))
    return DisclosureRules(frequency=tuple(sorted(frequency.items())), **values)


def rules_of(text: str) -> DisclosureRules:
    """The rules of a document's text; raises `RulesNotLawful` for text that is no YAML mapping as well."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    if not isinstance(document, Mapping):
        raise RulesNotLawful((Breach("document", "不是 YAML 键值文档", "is no YAML mapping"),))
    return read_rules(document)


@lru_cache(maxsize=1)
def default_rules() -> DisclosureRules:
    """The document in force where a resource has none of its own."""
    return rules_of(DEFAULT.read_text(encoding="utf-8"))


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of the document by its dotted place."""
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _fits(value: object, wanted: type[object]) -> bool:
    """Whether a YAML value has the wanted type; a truth value is no number, a whole number is a fine float."""
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted is list:
        return isinstance(value, list) and all(_fits(item, int) for item in value)
    return isinstance(value, wanted)
