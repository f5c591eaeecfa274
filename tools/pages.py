"""Pages of the documentation drawn from the code's own tables, so that they cannot drift apart: `make docs`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from api.statuses import STATUS
from catalog.edition import EDITION_MOVES
from catalog.entry import ENTRY_MOVES
from logs.errors import Refusal
from logs.kinds import KINDS
from logs.monitoring.alert import ALERT_MOVES
from masking.editions import RULE_MOVES
from policies import charts
from policies.roles import official_roles
from sandbox.gate import reference
from sandbox.nonpublic.file import FILE_MOVES
from sandbox.output import OUTPUT_MOVES
from sandbox.query import QUERY_MOVES
from sandbox.workspace import TABLE_MOVES
from tools import articles

DOCS = Path(__file__).resolve().parents[1] / "docs"

MOVES: Mapping[str, tuple[str, str, str, Mapping[tuple[Any, Any], Any]]] = {
    "ENTRY_MOVES": ("目录条目", "entry of the catalog", "M 8, 9", ENTRY_MOVES),
    "EDITION_MOVES": ("开发数据目录的版次", "edition of the development catalog", "M 9", EDITION_MOVES),
    "RULE_MOVES": ("脱敏规则文件", "desensitisation rule document", "M 13", RULE_MOVES),
    "QUERY_MOVES": ("查询", "query", "M 4, 18", QUERY_MOVES),
    "TABLE_MOVES": ("工作区表", "table of a workspace", "M 7 (2)", TABLE_MOVES),
    "FILE_MOVES": ("非公共数据文件", "non-public file", "M 14", FILE_MOVES),
    "OUTPUT_MOVES": ("成果", "output", "M 19", OUTPUT_MOVES),
    "ALERT_MOVES": ("预警", "alert of the bureau's watch", "M 22", ALERT_MOVES),
}
"""Tables of moves by their names in the code; those of the procedure stand on its own page."""


def states() -> str:
    """A drawing of each table of moves."""
    lines = ["# 状态与动作 · States and moves", "", *_drawn_from("下列转移表", "the tables of moves named below")]
    lines += [
        "人员、场景、申请与协议见[程序](procedure.md)。",
        "People, scenarios, applications, agreements: see there.",
        "",
    ]
    for name, (zh, en, law, moves) in MOVES.items():
        lines += [f"## {zh} · {en}", "", f"`{name}`, {law}", "", *charts.diagram(moves), ""]
    return "\n".join(lines)


def procedure() -> str:
    """The procedure's states and the table of roles."""
    return charts.page(official_roles())


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
    "procedure.md": procedure,
    "events.md": events,
    "problems.md": problems,
    "articles.md": articles.page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


def _drawn_from(zh: str, en: str) -> Iterator[str]:
    yield f"由{zh}生成（`make docs`）。"
    yield f"Generated from {en} by `make docs`."
    yield ""


if __name__ == "__main__":
    main()
