"""Which technique each column of a resource is desensitised by, under the rules in force (Article 13)."""

from dataclasses import dataclass

from catalog.entry import Entry, Mask
from masking.families import family_of
from masking.model import Kind
from masking.rule import Case
from masking.rules import RuleDocument
from masking.techniques import name_of

HIGHEST = 4
"""The grade that rules are asked for where a column has none yet."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rule document that decides: its id on record, and what it says."""

    id: str
    document: RuleDocument


def masks_of(entry: Entry, rules: InForce) -> tuple[Mask, ...]:
    """The technique for every column, with the rule that chose it; what no rule fits is suppressed."""
    recognised = {grading.column: grading.recognised for grading in entry.gradings}
    masks = []
    for column in entry.resource.columns:
        kind = recognised.get(column.name) or column.kind
        case = Case(
            kind=Kind(kind) if kind in set(Kind) else None,
            grade=column.grade or HIGHEST,
            family=family_of(column.type.value),
            is_unit=column.name == entry.resource.privacy_unit,
        )
        choice = rules.document.choose(case)
        masks.append(Mask(column.name, name_of(choice.technique), choice.rule))
    return tuple(masks)
