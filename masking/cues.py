"""What a column's name and title say it holds."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from masking.model import Kind

HAN_WEIGHT = 3  # a Chinese character says as much as so many letters
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words that name one kind; names are sequences of lower-case words."""

    titles: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    weak_titles: tuple[str, ...]
    weak_names: tuple[tuple[str, ...], ...]
    near: tuple[str, ...]  # lower case


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind that the name or title speaks of; a strong one settles it without the values."""

    kind: Kind
    strong: bool
    length: int  # letters of the word that spoke; the longest wins
    rule: str


def _read() -> Mapping[Kind, Words]:
    rows = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {Kind(kind): _words(row) for kind, row in rows.items()}


def _words(row: Mapping[str, Sequence[str]]) -> Words:
    weak = row.get("weak", ())
    names = [*row["names"], *(word for word in weak if word.isascii())]
    near = {*row["titles"], *row.get("near", ())} | {name for name in names if len(name) > 3}  # noqa: PLR2004 `ip` is in `zip`
    return Words(
        titles=tuple(row["titles"]),
        names=tuple(tuple(name.split()) for name in row["names"]),
        weak_titles=tuple(word for word in weak if not word.isascii()),
        weak_names=tuple(tuple(word.split()) for word in weak if word.isascii()),
        near=tuple(sorted(near)),
    )


CUES = _read()


def words_of(name: str) -> tuple[str, ...]:
    """The English or pinyin words of a column's name, lower case.

    >>> words_of("homeAddress_ID2"), words_of("ent_name")
    (('home', 'address', 'id', '2'), ('ent', 'name'))
    """
    return tuple(word.lower() for word in _WORD.findall(name))


def cues_of(name: str, title: str) -> tuple[Cue, ...]:
    """What the name and title speak of, strongest and longest word first."""
    found = [cue for text in dict.fromkeys((name, title)) for cue in _spoken(text)]
    return tuple(sorted(found, key=lambda cue: (-cue.strong, -cue.length)))


def _spoken(text: str) -> Iterator[Cue]:
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", text)).strip().lower().rstrip("0123456789一二三四 ")
    words = words_of(_BRACKETS.sub("", text))
    while words and words[-1].isdigit():
        words = words[:-1]
    for kind, known in CUES.items():
        for title in (*known.titles, *known.weak_titles):
            if title in plain:
                strong = title in known.titles and plain.endswith(title)
                yield Cue(kind, strong, HAN_WEIGHT * len(title), "title" if strong else "title_in_part")
        for name in (*known.names, *known.weak_names):
            place = _within(name, words)
            if place is not None:
                strong = name in known.names and place + len(name) == len(words)
                yield Cue(kind, strong, len("".join(name)), "name" if strong else "name_in_part")


def _within(name: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """The last place where the words of a name stand in a row; `None` where they do not."""
    places = [start for start in range(len(words) - len(name) + 1) if words[start : start + len(name)] == name]
    return places[-1] if places else None
