"""What is wrong with material handed in: one value a fault, each with its place and what to do instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from logs.errors import Language
from policies.words import word

Text = Mapping[Language, str]


@dataclass(frozen=True)
class Flaw:
    """One fault: the rule's stable kebab-case id, the place in the material, what is wrong, what to do instead."""

    rule: str
    place: str
    what: Text
    instead: Text = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """Place and fault in one line.

        >>> Flaw("material-missing", "manner", {"zh": "未填写开发利用方式", "en": "nothing is said"}).sentence("en")
        'manner: nothing is said'
        """
        return f"{self.place}{'：' if language == 'zh' else ': '}{self.what[language]}"


def told(flaws: Sequence[Flaw], language: Language) -> str:
    """Every flaw, one after the other."""
    return ("；" if language == "zh" else "; ").join(flaw.sentence(language) for flaw in flaws)


def ways_out(flaws: Sequence[Flaw], language: Language) -> str:
    """What to do about them, each thing said once."""
    distinct = dict.fromkeys(flaw.instead[language] for flaw in flaws if language in flaw.instead)
    return ("；" if language == "zh" else "; ").join(distinct)


def unsaid(texts: Mapping[str, str], *, within: str = "") -> tuple[Flaw, ...]:
    """A flaw for every text that says nothing; the keys are the places, below `within`.

    >>> [flaw.sentence("en") for flaw in unsaid({"manner": " ", "safety": "encrypted"})]
    ['manner: manner of use is not stated']
    """
    return tuple(
        Flaw(
            "material-missing",
            within + place,
            {"zh": f"缺少“{word(place, 'zh')}”", "en": f"{word(place, 'en')} is not stated"},
            {"zh": f"填写“{word(place, 'zh')}”", "en": f"state the {word(place, 'en')}"},
        )
        for place, text in texts.items()
        if not text.strip()
    )
