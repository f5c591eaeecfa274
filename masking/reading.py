"""Reads a rule document strictly: every flaw is found, none is passed over."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from masking.errors import Flaw, RulesUnreadable
from masking.families import Family, Misshapen
from masking.model import IDENTIFIERS, Kind
from masking.rule import Rule
from masking.techniques import Show, Suppress, Technique, technique

GRADES = frozenset({1, 2, 3, 4})
LONGEST = 200_000  # characters; a rule document is read by people
_HEAD = frozenset({"name", "edition", "title", "basis", "rules"})
_ROW = frozenset({"id", "kind", "unit", "grades", "families", "use", "why"})
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of itself."""

    name: str
    edition: str
    title: Mapping[str, str]
    basis: tuple[str, ...]


def read(text: str) -> tuple[Head, tuple[Rule, ...]]:
    """The head and the rules of a document; raises `RulesUnreadable`."""
    if len(text) > LONGEST:
        raise RulesUnreadable([Flaw("-", f"超过 {LONGEST} 个字符", f"longer than {LONGEST} characters")])
    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as cause:
        mark = getattr(cause, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "-"
        raise RulesUnreadable([Flaw(place, "不是合法的 YAML", "not YAML")]) from None
    if not isinstance(said, dict):
        raise RulesUnreadable([Flaw("-", "应为键值结构", "must be a mapping")])
    flaws: list[Flaw] = []
    _no_others(said, _HEAD, "-", flaws)
    head = Head(
        name=_identifier(said.get("name"), "name", flaws),
        edition=_identifier(said.get("edition"), "edition", flaws),
        title=_both(said.get("title"), "title", flaws),
        basis=_texts(said.get("basis", []), "basis", flaws),
    )
    rows = said.get("rules")
    if not isinstance(rows, list) or not rows:
        flaws.append(Flaw("rules", "应为非空列表", "must be a list that is not empty"))
        rows = []
    rules = tuple(row for place, one in enumerate(rows, 1) if (row := _row(one, f"rules[{place}]", flaws)))
    flaws.extend(_whole_document(rules))
    if flaws:
        raise RulesUnreadable(flaws)
    return head, rules


def _row(said: object, place: str, flaws: list[Flaw]) -> Rule | None:
    if not isinstance(said, dict):
        flaws.append(Flaw(place, "应为键值结构", "must be a mapping"))
        return None
    _no_others(said, _ROW, place, flaws)
    use = _technique(said.get("use"), f"{place}.use", flaws)
    kind = _kind(said.get("kind"), f"{place}.kind", flaws)
    grades = _grades(said.get("grades", []), f"{place}.grades", flaws)
    unit = said.get("unit", False)
    if not isinstance(unit, bool):
        flaws.append(Flaw(f"{place}.unit", "应为 true 或 false", "must be true or false"))
    families = _families(said.get("families", []), f"{place}.families", flaws)
    row = Rule(
        id=_identifier(said.get("id"), f"{place}.id", flaws),
        use=use or Suppress(),
        why=_both(said.get("why"), f"{place}.why", flaws),
        kind=kind,
        grades=grades,
        families=families,
        unit=unit is True,
    )
    flaws.extend(_too_open(row, place))
    return row


def _too_open(row: Rule, place: str) -> list[Flaw]:
    """Showing as it is: identifiers at grade 1 only, anything else at grades 1 and 2 only."""
    if not isinstance(row.use, Show):
        return []
    most = 1 if row.kind in IDENTIFIERS or row.unit else 2
    if row.grades and max(row.grades) <= most:
        return []
    return [
        Flaw(place, f"原样显示仅限 {most} 级及以下，请写明 grades", f"show is for grades up to {most}: state grades")
    ]


def _whole_document(rules: Sequence[Rule]) -> list[Flaw]:
    ids = [rule.id for rule in rules]
    twice = sorted({id for id in ids if id and ids.count(id) > 1})
    flaws = [Flaw(f"rules.{id}", "编号重复", "the id stands twice") for id in twice]
    named = {rule.kind for rule in rules}
    missing = [kind for kind in Kind if kind not in named]
    flaws += [Flaw("rules", f"缺少针对 {kind} 的规则", f"there is no rule for {kind}") for kind in missing]
    return flaws


def _technique(said: object, place: str, flaws: list[Flaw]) -> Technique | None:
    if not isinstance(said, dict) or len(said) != 1:
        flaws.append(Flaw(place, "应写一种技术及其参数", "must name one technique with its parameters"))
        return None
    ((name, parameters),) = said.items()
    if not isinstance(parameters, dict):
        flaws.append(Flaw(place, "参数应为键值结构", "the parameters must be a mapping"))
        return None
    try:
        return technique(str(name), {str(word): value for word, value in parameters.items()})
    except Misshapen as fault:
        flaws.append(Flaw(place, fault.zh, fault.en))
        return None


def _kind(said: object, place: str, flaws: list[Flaw]) -> Kind | None:
    if said is None or said in set(Kind):
        return None if said is None else Kind(str(said))
    flaws.append(Flaw(place, "不是已知的标识类型", "no kind of identifier known"))
    return None


def _grades(said: object, place: str, flaws: list[Flaw]) -> frozenset[int]:
    if isinstance(said, list) and all(type(grade) is int and grade in GRADES for grade in said):
        return frozenset(said)
    flaws.append(Flaw(place, "应为 1 至 4 的列表", "must be a list of 1 to 4"))
    return frozenset()


def _families(said: object, place: str, flaws: list[Flaw]) -> frozenset[Family]:
    if isinstance(said, list) and all(family in set(Family) for family in said):
        return frozenset(map(Family, said))
    words = ", ".join(Family)
    flaws.append(Flaw(place, f"应为 {words} 的列表", f"must be a list of {words}"))
    return frozenset()


def _identifier(said: object, place: str, flaws: list[Flaw]) -> str:
    if isinstance(said, str) and _ID.fullmatch(said):
        return said
    flaws.append(Flaw(place, "应为小写字母、数字、点和连字符", "must be lower-case letters, digits, dots, hyphens"))
    return ""


def _both(said: object, place: str, flaws: list[Flaw]) -> Mapping[str, str]:
    if isinstance(said, dict) and said.keys() == {"zh", "en"} and all(_says(text) for text in said.values()):
        return {"zh": said["zh"], "en": said["en"]}
    flaws.append(Flaw(place, "应有 zh 与 en 两种文字", "must say it in zh and in en"))
    return {"zh": "", "en": ""}


def _says(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _texts(said: object, place: str, flaws: list[Flaw]) -> tuple[str, ...]:
    if isinstance(said, list) and all(map(_says, said)):
        return tuple(said)
    flaws.append(Flaw(place, "应为文本列表", "must be a list of texts"))
    return ()


def _no_others(said: Mapping[object, object], known: frozenset[str], place: str, flaws: list[Flaw]) -> None:
    strange = sorted(str(key) for key in said if key not in known)
    flaws.extend(Flaw(place, f"未知的键 {key[:40]}", f"unknown key {key[:40]}") for key in strange)
