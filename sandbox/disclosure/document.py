"""Reading a disclosure rule document (YAML, as `rules.yaml`) into rules, refusing what it does not understand."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
    "counts.method": ("counts", str),
    "counts.base": ("base", int),
    "counts.redact": ("redact", int),
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


OF_THE_WHOLE = frozenset({"version", "title", "suppression", "differences", "budget"})
"""Sections that a document has once and for all resources."""


def read_rules(document: Mapping[str, Any]) -> DisclosureRules:
    """The rules of a document; what it leaves out keeps its default, what a resource leaves out the document's.

    Raises `RulesNotLawful` listing unknown places, wrong types and values out of range.
    """
    resources = document.get("resources", {})
    if not (isinstance(resources, Mapping) and all(isinstance(own, Mapping) for own in resources.values())):
        raise RulesNotLawful((Breach("resources", "应按资源逐一写明规则", "must hold rules resource by resource"),))
    rules = _changed(DisclosureRules(), {name: held for name, held in document.items() if name != "resources"})
    own = {str(name): _own(rules, str(name), held) for name, held in resources.items()}
    return replace(rules, resources=tuple(sorted(own.items())))


def _own(rules: DisclosureRules, name: str, held: Mapping[str, Any]) -> DisclosureRules:
    """The rules of one resource; its breaches are named below it."""
    try:
        whole = [
            Breach(section, "只能为整份文件规定", "is for the whole document alone")
            for section in sorted(map(str, held))
            if section in OF_THE_WHOLE
        ]
        if whole:
            raise RulesNotLawful(tuple(whole))
        return _changed(rules, held)
    except RulesNotLawful as refused:
        raise RulesNotLawful(
            tuple(replace(breach, rule=f"resources.{name}.{breach.rule}") for breach in refused.breaches)
        ) from None


def _changed(rules: DisclosureRules, held: Mapping[str, Any]) -> DisclosureRules:
    """The rules with what a document, or its part about one resource, says in their place."""
    values: dict[str, Any] = {}
    frequency = dict(rules.frequency)
    breaches = []
    for place, value in _flat(held):
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
    return replace(rules, frequency=tuple(sorted(frequency.items())), **values)


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
