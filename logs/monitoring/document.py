"""Reading alert rules (YAML): whatever has no meaning is refused, with every place and what may stand there."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from logs.kinds import KINDS
from logs.monitoring.errors import AlertRulesWrong, Flaw
from logs.monitoring.rule import BY, Pattern, Rule, Severity

DEFAULT = Path(__file__).with_name("rules.yaml")
KEYS = frozenset(Rule.__dataclass_fields__)
NEEDED = frozenset({"id", "title", "pattern", "severity", "minutes"})
LONGEST = 366 * 24 * 60  # minutes


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The rules that ship."""
    return read_rules(DEFAULT.read_text(encoding="utf-8"))


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a document; raises `AlertRulesWrong` naming every flaw."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        raise AlertRulesWrong((Flaw("-", "不是 YAML", "it is not YAML"),)) from None
    rows = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise AlertRulesWrong((Flaw("rules", "应为规则的列表", "must be a list of rules"),))
    flaws = [flaw for place, row in enumerate(rows) for flaw in _flaws(row, f"rules[{place}]")]
    ids = [row.get("id") for row in rows if isinstance(row, dict)]
    flaws += [
        Flaw("rules", f"规则 {id} 重复", f"the rule {id} stands twice")
        for id in sorted({str(id) for id in ids if ids.count(id) > 1})
    ]
    if flaws:
        raise AlertRulesWrong(tuple(flaws))
    return tuple(_rule(row) for row in rows)


def _flaws(row: object, where: str) -> Iterator[Flaw]:
    if not isinstance(row, dict):
        yield Flaw(where, "应为映射", "must be a mapping")
        return
    for key in sorted(str(key) for key in row.keys() - KEYS):
        yield Flaw(f"{where}.{key}", f"未知的键；可用：{', '.join(sorted(KEYS))}", "is not a known key")
    for key in sorted(NEEDED - row.keys()):
        yield Flaw(f"{where}.{key}", "必须写明", "must be given")
    for key, check in _CHECKS.items():
        if key in row and not check.holds(row[key]):
            yield Flaw(f"{where}.{key}", check.zh, check.en)
    if row.get("pattern") != Pattern.SILENT and not row.get("kinds"):
        yield Flaw(f"{where}.kinds", "必须写明", "must be given")


class _Check:
    """What may stand under a key."""

    def __init__(self, holds: Any, zh: str, en: str) -> None:
        self.holds, self.zh, self.en = holds, zh, en


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _list_of(value: object, known: Mapping[str, object] | tuple[str, ...]) -> bool:
    return isinstance(value, list) and bool(value) and all(each in known for each in value)


_CHECKS = {
    "id": _Check(
        lambda value: isinstance(value, str) and value.replace("-", "").isalnum(), "应为短名", "must be a short name"
    ),
    "title": _Check(
        lambda value: (
            isinstance(value, dict)
            and set(value) == {"zh", "en"}
            and all(isinstance(each, str) for each in value.values())
        ),
        "应写 {zh, en}",
        "must be {zh, en}",
    ),
    "pattern": _Check(
        lambda value: value in set(Pattern), f"应取自：{', '.join(Pattern)}", f"must be one of: {', '.join(Pattern)}"
    ),
    "severity": _Check(
        lambda value: value in set(Severity), f"应取自：{', '.join(Severity)}", f"must be one of: {', '.join(Severity)}"
    ),
    "minutes": _Check(
        lambda value: _whole(value, 1, LONGEST), "应为 1 到 527040 的整数", "must be a whole number from 1 to 527040"
    ),
    "most": _Check(lambda value: _whole(value, 0, 1_000_000), "应为非负整数", "must be a whole number from 0"),
    "kinds": _Check(
        lambda value: _list_of(value, KINDS), "应为事件类型的列表（见 docs/events.md）", "must be a list of event kinds"
    ),
    "by": _Check(lambda value: value in BY, f"应取自：{', '.join(BY)}", f"must be one of: {', '.join(BY)}"),
    "facts": _Check(
        lambda value: isinstance(value, dict) and all(isinstance(each, list) and each for each in value.values()),
        "应为 字段: [值, …]",
        "must be fact: [value, ...]",
    ),
    "constants": _Check(
        lambda value: _whole(value, 0, 100), "应为 0 到 100 的整数", "must be a whole number from 0 to 100"
    ),
    "rows": _Check(lambda value: _whole(value, 0, 1_000_000), "应为非负整数", "must be a whole number from 0"),
    "hours": _Check(
        lambda value: (
            isinstance(value, list) and all(_whole(each, 0, 24) for each in value) and value == sorted(set(value))[:2]
        ),
        "应为 [起, 止]，0 到 24",
        "must be [first, last], from 0 to 24",
    ),
    "least": _Check(
        lambda value: isinstance(value, int | float) and 0 < value <= 1, "应在 0 与 1 之间", "must lie between 0 and 1"
    ),
}


def _rule(row: Mapping[str, Any]) -> Rule:
    said = dict(row)
    said["pattern"], said["severity"] = Pattern(row["pattern"]), Severity(row["severity"])
    said["kinds"] = tuple(row.get("kinds", ()))
    said["facts"] = {name: tuple(values) for name, values in row.get("facts", {}).items()}
    said["hours"] = tuple(row.get("hours", (7, 21)))
    return Rule(**said)
