"""Desensitisation rules as a versioned document: which technique a column gets (Article 13)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from masking.families import Family
from masking.reading import read
from masking.rule import UNRULED, Case, Choice, Rule
from masking.techniques import Technique, label, name_of, parameters_of

__all__ = ["Case", "Choice", "Rule", "RuleDocument", "default_document", "document", "techniques_said"]

DEFAULT = Path(__file__).with_name("documents") / "default.yaml"


@dataclass(frozen=True)
class RuleDocument:
    """Rules in the order they are tried, under a name and an edition."""

    name: str
    edition: str
    title: Mapping[str, str]
    basis: tuple[str, ...]
    rules: tuple[Rule, ...]

    def choose(self, case: Case) -> Choice:
        """The technique of the first rule that applies; suppression where none does."""
        return next((Choice(rule.use, rule.id) for rule in self.rules if rule.applies(case)), UNRULED)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical text: comments and layout do not count, the order of the rules does."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The document as one JSON text that two equal documents share."""
        said = {
            "name": self.name,
            "edition": self.edition,
            "title": dict(self.title),
            "basis": list(self.basis),
            "rules": [_said(rule) for rule in self.rules],
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def lines(self, language: str) -> tuple[str, ...]:
        """Each rule in a sentence, for readers."""
        return tuple(
            f"{rule.id}: {_conditions(rule, language)} → {label(rule.use, language)}"
            f"{'。' if language == 'zh' else '. '}{rule.why[language]}"
            for rule in self.rules
        )


def document(text: str) -> RuleDocument:
    """The document a YAML (or canonical JSON) text holds; raises `RulesUnreadable` with every flaw and its place."""
    head, rules = read(text)
    return RuleDocument(name=head.name, edition=head.edition, title=head.title, basis=head.basis, rules=rules)


def default_document() -> RuleDocument:
    """The rules a platform starts with; still to be approved."""
    return document(DEFAULT.read_text(encoding="utf-8"))


def techniques_said(choices: Mapping[str, Choice]) -> tuple[str, ...]:
    """Each column with its technique as an event tells it: `name=keep_edges`."""
    return tuple(f"{column}={name_of(choice.technique)}" for column, choice in choices.items())


def _said(rule: Rule) -> dict[str, object]:
    said: dict[str, object] = {"id": rule.id, "use": {name_of(rule.use): _set(rule.use)}, "why": dict(rule.why)}
    if rule.kind is not None:
        said["kind"] = rule.kind.value
    if rule.grades:
        said["grades"] = sorted(rule.grades)
    if rule.families:
        said["families"] = sorted(rule.families)
    if rule.unit:
        said["unit"] = True
    return said


def _set(technique: Technique) -> dict[str, object]:
    return {name: value for name, value in parameters_of(technique).items() if value is not None}


def _conditions(rule: Rule, language: str) -> str:
    chinese = language == "zh"
    parts: list[str] = []
    if rule.kind is not None:
        parts.append(rule.kind.label(language))
    if rule.unit:
        parts.append("隐私单元" if chinese else "the privacy unit")
    if rule.grades:
        grades = _listed(map(str, sorted(rule.grades)), language)
        parts.append(f"{grades} 级" if chinese else f"grade {grades}")
    if rule.families:
        parts.append(_listed((_FAMILY[family][not chinese] for family in sorted(rule.families)), language))
    return ("，" if chinese else ", ").join(parts) or ("任何列" if chinese else "any column")


def _listed(words: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else " or ").join(words)


_FAMILY = {
    Family.TEXT: ("文本", "text"),
    Family.WHOLE: ("整数", "whole numbers"),
    Family.FRACTION: ("小数", "fractions"),
    Family.MOMENT: ("日期时间", "dates"),
    Family.OTHER: ("其他类型", "other types"),
}
