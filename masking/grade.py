"""What grade a column should have, 1 to 4, and why (GB/T 43697); a person confirms or overrules it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from masking.cues import words_of
from masking.model import Kind, Recognition
from masking.uniqueness import NEARLY_UNIQUE, SINGLED_OUT, Uniqueness

LOWEST, HIGHEST = 1, 4


class Subject(StrEnum):
    """Whom a row is about, as its privacy unit says; nobody for an open table."""

    PERSON = "person"
    ORGANISATION = "organisation"
    THING = "thing"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for a grade: the rule, and what it says in both languages."""

    rule: str
    grade: int
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The reason for readers, Chinese unless English is asked for."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Grading:
    """A proposed grade with every reason for it, the weightiest first; the highest reason decides."""

    grade: int
    grounds: tuple[Ground, ...]

    @property
    def decided_by(self) -> str:
        """The rule that decided."""
        return self.grounds[0].rule


@dataclass(frozen=True, slots=True)
class _Attribute:
    rule: str
    zh: str
    en: str
    grades: Mapping[Subject, int]
    titles: tuple[str, ...]
    names: frozenset[str]


_ROWS = yaml.safe_load(Path(__file__).with_name("grades.yaml").read_text(encoding="utf-8"))


def _by_subject(row: Mapping[str, int]) -> Mapping[Subject, int]:
    return {Subject(subject): grade for subject, grade in row.items()}


KINDS = {Kind(kind): _by_subject(row) for kind, row in _ROWS["kinds"].items()}
SUBJECTS = _by_subject(_ROWS["subjects"])
UNIQUE = _by_subject(_ROWS["unique"])
_ATTRIBUTES = tuple(
    _Attribute(
        row["rule"],
        row["label"]["zh"],
        row["label"]["en"],
        _by_subject(row["grade"]),
        tuple(row["titles"]),
        frozenset(row["names"]),
    )
    for row in _ROWS["attributes"]
)

_WHOM = {
    Subject.PERSON: ("个人", "a person"),
    Subject.ORGANISATION: ("组织", "an organisation"),
    Subject.THING: ("物品或设备", "a thing"),
    Subject.NOBODY: ("普遍开放，不指向任何主体", "nobody: open to all"),
}


def subject_of(unit_kind: Kind | str | None) -> Subject:
    """Whom a row is about, by the kind of its privacy unit; `None` for an open table.

    >>> subject_of("resident_id").value, subject_of("uscc").value, subject_of("bicycle_id").value
    ('person', 'organisation', 'thing')
    """
    match unit_kind:
        case None:
            return Subject.NOBODY
        case Kind.USCC | Kind.ORGANISATION_NAME:
            return Subject.ORGANISATION
        case str() if unit_kind in frozenset(Kind) - {Kind.PLATE, Kind.MAC, Kind.IP, Kind.COORDINATE}:
            return Subject.PERSON
        case _:
            return Subject.THING


def grade(
    recognition: Recognition, *, name: str, title: str, subject: Subject, uniqueness: Uniqueness | None = None
) -> Grading:
    """The grade of one column: the highest that what it holds, what it is called and how unique it is ask for."""
    grounds = [*_for_kind(recognition, subject), *_for_attribute(recognition, name, title, subject)]
    if uniqueness is not None and subject is not Subject.NOBODY:
        if uniqueness.share >= NEARLY_UNIQUE:
            zh, en = "几乎每行取值唯一，可单独指向主体", "nearly unique per row: singles its subject out"
            grounds.append(Ground("unique", UNIQUE[subject], zh, en))
        elif uniqueness.singled_out >= SINGLED_OUT:
            zh, en = "不少行的取值仅出现一次", "many rows have a value that no other row has"
            grounds.append(Ground("singled_out", UNIQUE[subject], zh, en))
    chinese, english = _WHOM[subject]
    grounds.append(Ground(f"subject.{subject}", SUBJECTS[subject], f"每行关于：{chinese}", f"a row is about {english}"))
    ranked = sorted(grounds, key=lambda ground: -ground.grade)
    return Grading(ranked[0].grade, tuple(ranked))


def grade_of_resource(gradings: Iterable[Grading]) -> int:
    """A resource has the grade of its highest column; the lowest grade when it has none."""
    return max((grading.grade for grading in gradings), default=LOWEST)


def _for_kind(recognition: Recognition, subject: Subject) -> Iterator[Ground]:
    if recognition.kind is None:
        return
    for kind in (recognition.kind, *sorted(recognition.mentions)):
        inside = kind is not recognition.kind
        zh = f"文本中提及{kind.label('zh')}" if inside else f"识别为{kind.label('zh')}"
        en = f"mentions: {kind.label('en')}" if inside else f"recognised as {kind.label('en')}"
        yield Ground(f"mentioned.{kind}" if inside else f"kind.{kind}", KINDS[kind][subject], zh, en)


def _for_attribute(recognition: Recognition, name: str, title: str, subject: Subject) -> Iterator[Ground]:
    if recognition.identifier is not None:
        return
    spoken = set(words_of(name)) | set(words_of(title))
    for attribute in _ATTRIBUTES:
        named = any(word in text for word in attribute.titles for text in (name, title))
        if subject in attribute.grades and (named or not attribute.names.isdisjoint(spoken)):
            level = attribute.grades[subject]
            yield Ground(f"attribute.{attribute.rule}", level, f"属于{attribute.zh}", f"is about {attribute.en}")
