"""One desensitisation rule: for which columns, and which technique."""

from collections.abc import Mapping
from dataclasses import dataclass

from masking.families import Family
from masking.model import Kind
from masking.techniques import Suppress, Technique, fits


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: a column's kind, its grade, the family of its type, whether it is the privacy unit."""

    kind: Kind | None
    grade: int
    family: Family
    is_unit: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A technique and the conditions it is for; no condition on something means any."""

    id: str
    use: Technique
    why: Mapping[str, str]
    kind: Kind | None = None
    grades: frozenset[int] = frozenset()
    families: frozenset[Family] = frozenset()
    unit: bool = False

    def applies(self, case: Case) -> bool:
        """Whether the rule is for the case and its technique fits the type. A kind is only for rules that name it."""
        return (
            case.kind is self.kind
            and (not self.unit or case.is_unit)
            and (not self.grades or case.grade in self.grades)
            and (not self.families or case.family in self.families)
            and fits(self.use, case.family)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The technique a column gets, and the rule that said so."""

    technique: Technique
    rule: str


UNRULED = Choice(Suppress(), "unruled")
"""What no rule fits is suppressed."""
