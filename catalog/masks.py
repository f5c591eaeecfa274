"""Which technique each column of a resource is desensitised by, under the rules in force (Article 13)."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.entry import Entry, Mask
from masking.editions import RuleEdition
from masking.families import family_of
from masking.model import Kind
from masking.rule import Case, Choice
from masking.rules import RuleDocument
from masking.techniques import Technique, name_of

HIGHEST = 4
"""The grade that rules are asked for where a column has none yet."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rule document that decides: its id on record, and what it says."""

    id: str
    document: RuleDocument


def masks_of(entry: Entry, rules: InForce) -> tuple[Mask, ...]:
    """The technique for every column by name, with the rule that chose it."""
    chosen = choices(entry, rules.document)
    return tuple(Mask(column, name_of(choice.technique), choice.rule) for column, choice in chosen.items())


def choices(entry: Entry, document: RuleDocument) -> Mapping[str, Choice]:
    """What each column is seen through where it is masked; what no rule fits is suppressed."""
    recognised = {grading.column: grading.recognised for grading in entry.gradings}
    found = {}
    for column in entry.resource.columns:
        kind = recognised.get(column.name) or column.kind
        case = Case(
            kind=Kind(kind) if kind in set(Kind) else None,
            grade=column.grade or HIGHEST,
            family=family_of(column.type.value),
            is_unit=column.name == entry.resource.privacy_unit,
        )
        found[column.name] = document.choose(case)
    return found


def techniques(entry: Entry, rules: RuleEdition | None) -> Mapping[str, Technique]:
    """The technique of each column; without rules in force none is named, and every masked column is suppressed."""
    chosen = {} if rules is None else choices(entry, rules.document)
    return {column: choice.technique for column, choice in chosen.items()}
