"""The tables of the procedure drawn for readers: state diagrams and the role matrix, as one Markdown page.

`python -m policies.charts > docs/procedure.md` writes it; a test fails when the page is stale.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from logs.model import Role
from policies.courses import COURSES
from policies.model import AGREEMENT_MOVES, APPLICATION_MOVES, EVIDENCE_MOVES, PERSON_MOVES, SCENARIO_MOVES
from policies.model.affiliations import AFFILIATION_MOVES
from policies.model.consents import CONSENT_MOVES
from policies.model.listings import CREDIT_LIST_MOVES
from policies.model.reminders import REMINDER_MOVES
from policies.model.reports import REPORT_MOVES
from policies.model.statements import STATEMENT_MOVES
from policies.model.stops import STOP_MOVES
from policies.roles import RoleTable, official_roles
from policies.words import word

State = TypeVar("State", bound=str)
Move = TypeVar("Move", bound=str)

CHARTS: tuple[tuple[str, Mapping[tuple[Any, Any], Any]], ...] = (
    ("人员 · Person（办法第五条）", PERSON_MOVES),
    ("安全条件证明 · Evidence of a safety condition（办法第十五条）", EVIDENCE_MOVES),
    ("应用场景 · Scenario（办法第十条）", SCENARIO_MOVES),
    ("开发利用申请 · Application（办法第十二、十六条）", APPLICATION_MOVES),
    ("开发利用协议 · Agreement（办法第十二、十七、十八条）", AGREEMENT_MOVES),
    ("停止令 · Stop（办法第十八条）", STOP_MOVES),
    ("授权同意 · Consent（办法第十三条）", CONSENT_MOVES),
    ("账单 · Statement（办法第二十条）", STATEMENT_MOVES),
    ("运营报告 · Report（办法第二十四条）", REPORT_MOVES),
    ("提醒 · Reminder", REMINDER_MOVES),
    ("失信与通报名单 · Credit list（办法第十五条）", CREDIT_LIST_MOVES),
    ("关联关系 · Affiliation（办法第三、五条）", AFFILIATION_MOVES),
)

HEAD = """# 程序 · Procedure

由 `policies` 的表生成，勿手改。 · Drawn from the tables of `policies`; do not edit by hand.

    .venv/bin/python -m policies.charts > docs/procedure.md
"""


def page(table: RoleTable) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_states(), *_roles(table)]) + "\n"


def diagram(moves: Mapping[tuple[State, Move], State]) -> Iterator[str]:
    """A table of moves as a Mermaid state diagram, states named in Chinese; the first state is where it begins."""
    states = dict.fromkeys(state for (start, _), target in moves.items() for state in (start, target))
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in states:
        yield f'    state "{word(state, "zh")} {state}" as {state}'
    yield f"    [*] --> {next(iter(states))}"
    for (start, move), target in moves.items():
        yield f"    {start} --> {target} : {word(move, 'zh')} {move}"
    for state in states:
        if all(start != state for start, _ in moves):
            yield f"    {state} --> [*]"
    yield "```"


def _states() -> Iterator[str]:
    for title, moves in CHARTS:
        yield from (f"## {title}", "", *diagram(moves), "")
    for course in COURSES:
        yield from (f"## {course.zh} · {course.en}（{course.article}）", "", *diagram(course.moves), "")


def _roles(table: RoleTable) -> Iterator[str]:
    yield "## 角色与权限 · Roles"
    yield ""
    yield "没有标记的一律不许。M：办法的条。 · What is not marked is not allowed. M: article of the Measure."
    yield ""
    yield "| 事项 | act | " + " | ".join(word(role, "zh") for role in Role) + " | 依据 |"
    yield "| --- | --- |" + " :-: |" * len(Role) + " --- |"
    for rule in table.rules:
        marks = " | ".join("●" if role in rule.roles else "" for role in Role)
        yield f"| {rule.title['zh']} | `{rule.kind}` {rule.verb} | {marks} | {rule.article} |"


if __name__ == "__main__":
    sys.stdout.write(page(official_roles()))
