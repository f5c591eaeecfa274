"""Pages of the documentation drawn from the code's own tables, so that they cannot drift apart: `make docs`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from api.statuses import STATUS
from catalog.edition import EDITION_MOVES
from catalog.entry import ENTRY_MOVES
from logs.errors import Refusal
from logs.kinds import KINDS
from logs.model import Role
from masking.editions import RULE_MOVES
from policies.model.agreements import AGREEMENT_MOVES
from policies.model.applications import APPLICATION_MOVES
from policies.model.parties import PERSON_MOVES
from policies.model.qualification import EVIDENCE_MOVES
from policies.model.scenarios import SCENARIO_MOVES
from policies.roles import official_roles
from policies.words import word
from sandbox.gate import reference
from sandbox.output import OUTPUT_MOVES
from sandbox.query import QUERY_MOVES

DOCS = Path(__file__).resolve().parents[1] / "docs"

Moves = Mapping[tuple[Any, Any], Any]  # (state, move) to state, all of them texts

MOVES: Mapping[str, tuple[str, str, str, str, Moves]] = {
    "ENTRY_MOVES": ("目录条目", "entry of the catalog", "M 8, 9", "registered", ENTRY_MOVES),
    "EDITION_MOVES": ("开发数据目录的版次", "edition of the development catalog", "M 9", "compiled", EDITION_MOVES),
    "RULE_MOVES": ("脱敏规则文件", "desensitisation rule document", "M 13", "drafted", RULE_MOVES),
    "PERSON_MOVES": ("人员", "person", "M 5", "dismissed", PERSON_MOVES),
    "EVIDENCE_MOVES": ("安全条件证明", "evidence of a safety condition", "M 15", "presented", EVIDENCE_MOVES),
    "SCENARIO_MOVES": ("应用场景", "scenario", "M 10", "demanded", SCENARIO_MOVES),
    "APPLICATION_MOVES": ("开发利用申请", "application", "M 12, 16", "draft", APPLICATION_MOVES),
    "AGREEMENT_MOVES": ("开发利用协议", "agreement", "M 12, 17, 18", "drawn", AGREEMENT_MOVES),
    "QUERY_MOVES": ("查询", "query", "M 4, 18", "received", QUERY_MOVES),
    "OUTPUT_MOVES": ("成果", "output", "M 19", "draft", OUTPUT_MOVES),
}
"""Every table of moves by its name in the code, with the state it begins in; what stands in none of them is refused."""

PARTIES = tuple(role for role in Role if role is not Role.SYSTEM)


def states() -> str:
    """A drawing of each table of moves."""
    lines = ["# 状态与动作 · States and moves", "", *_drawn_from("下列转移表", "the tables of moves named below")]
    for name, (zh, en, articles, begin, moves) in MOVES.items():
        lines += [f"## {zh} · {en}", "", f"`{name}`, {articles}", "", "```mermaid", "stateDiagram-v2"]
        lines.append(f"    [*] --> {begin}")
        lines += [f"    {start} --> {goal} : {_move(move)}" for (start, move), goal in moves.items()]
        lines += ["```", ""]
    return "\n".join(lines)


def roles() -> str:
    """Who may do what, by the table that casbin reads."""
    heads = [f"{word(role, 'zh')}<br>{word(role, 'en')}" for role in PARTIES]
    lines = ["# 谁可以做什么 · Who may do what", "", *_drawn_from("`policies/roles.csv`", "`policies/roles.csv`")]
    lines += [
        "没有 ● 的一律不许。状态、回避与协议附件另有限制。",
        "What has no ● is not allowed; states, conflicts of interest and the annex narrow it further.",
        "",
        f"| 事项 act | 条 article | {' | '.join(heads)} |",
        f"| --- | --- |{' :-: |' * len(heads)}",
    ]
    for rule in official_roles().rules:
        marks = ["●" if role in rule.roles else "" for role in PARTIES]
        lines.append(f"| {rule.title['zh']}<br>{rule.title['en']} | {rule.article} | {' | '.join(marks)} |")
    return "\n".join(lines) + "\n"


def events() -> str:
    """The catalogue of events with their facts."""
    lines = [
        "# 事件 · Events",
        "",
        *_drawn_from("`logs/kinds.py`、`logs/fields.py`", "`logs/kinds.py` and `logs/fields.py`"),
    ]
    lines += ["| 种类 kind | 名称 name | 事实 facts |", "| --- | --- | --- |"]
    for kind in sorted(KINDS.values(), key=lambda each: each.name):
        facts = ", ".join(f"`{field.name}`" for field in kind.fields)
        lines.append(f"| `{kind.name}` | {kind.zh}<br>{kind.en} | {facts} |")
    words = {field.name: field for kind in KINDS.values() for field in kind.fields}
    lines += ["", "## 事实的含义 · What the facts mean", "", "| 事实 fact | 含义 meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {field.zh} · {field.en} |" for name, field in sorted(words.items())]
    return "\n".join(lines) + "\n"


def problems() -> str:
    """Every refusal with its status and its type."""
    lines = ["# 错误 · Problems", "", *_drawn_from("`api/statuses.py`", "`api/statuses.py`")]
    lines += ["| 状态码 status | 类型 type | 名称 title |", "| --- | --- | --- |"]
    order: Callable[[type[Refusal]], tuple[int, str]] = lambda kind: (STATUS[kind], kind.kind)  # noqa: E731
    for kind in sorted(STATUS, key=order):
        lines.append(f"| {STATUS[kind]} | `/problems/{kind.kind}` | {kind.title['zh']}<br>{kind.title['en']} |")
    return "\n".join(lines) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    **reference.PAGES,
    "states.md": states,
    "roles.md": roles,
    "events.md": events,
    "problems.md": problems,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


def _drawn_from(zh: str, en: str) -> Iterator[str]:
    yield f"由{zh}生成（`make docs`）。"
    yield f"Generated from {en} by `make docs`."
    yield ""


def _move(move: str) -> str:
    zh, en = word(move, "zh"), word(move, "en")
    return en if zh == en else f"{zh} {en}"


if __name__ == "__main__":
    main()
