"""Acts 4 and 5: SQL is answered, suppressed or refused; one answer is reviewed and released."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from api.demo import questions
from api.demo.story import Stage
from catalog.model import Resource
from logs.model import Role

ANSWERED, ACCEPTED, REFUSED = 200, 202, 422
CSV = "text/csv"
SHOWN = 3  # answers of the first kind


def query(stage: Stage, agreement: str, resources: Sequence[Resource]) -> str | None:
    """Act 4; the id of an answered query, to be reviewed."""
    developer, teller = stage.cast[Role.DEVELOPER], stage.teller
    teller.act("四、查询：数据可用不可见", "4. Query: usable, not visible")
    answered: str | None = None
    for question in islice(questions.answered(resources), SHOWN):
        told = _ask(stage, agreement, question)
        answered = answered or (told["id"] if told else None)
    fine = questions.with_small_cells(resources)
    if fine is not None:
        _ask(stage, agreement, fine, small=True)
    for question in questions.refused(resources):
        _ask(stage, agreement, question)
    first = next(questions.answered(resources), None)
    if first is not None:
        verdict = developer.post("/queries/check", {"agreement": agreement, "sql": first.sql})
        listed = "、".join(verdict["uses"])
        teller.step(
            developer.name,
            f"只检查不执行：合规，所行使的用途 {listed}",
            f"checked without running: lawful; uses {', '.join(verdict['uses'])}",
        )
    return answered


def _ask(stage: Stage, agreement: str, question: questions.Question, *, small: bool = False) -> Any:
    developer, teller = stage.cast[Role.DEVELOPER], stage.teller
    who = teller.say(f"{developer.name}（{question.zh}）", f"{developer.name} ({question.en})")
    teller.asks(who, question.sql)
    answer = developer.send("/queries", {"agreement": agreement, "sql": question.sql})
    if answer.status_code == ACCEPTED:
        where = answer.headers["location"].removeprefix("/api/v1")
        while developer.get(where)["state"] == "running":
            pass
        answer = developer.fetch(f"{where}/result", "application/json")
    if answer.status_code != ANSWERED:
        teller.refused(developer.name, answer.json())
        return None
    told = answer.json()
    rows, hidden, took = len(told["rows"]), told["hidden_cells"], told["milliseconds"]
    teller.step(
        developer.name,
        f"得到安全的统计结果：{rows} 行，隐藏单元格 {hidden}，耗时约 {took} 毫秒",
        f"a safe statistic: {rows} rows, hidden cells {hidden}, about {took} ms",
    )
    teller.table([column["name"] for column in told["columns"]], told["rows"])
    if small and told["hidden_cells"] != "0":
        teller.note(
            "人数不足的单元格没有出现；其余数字已按单元格键扰动，重复提问得到同样的结果",
            "cells with too few people are absent; figures are perturbed by cell key: asking again changes nothing",
        )
    for remark in told["remarks"]:
        teller.note(remark, remark)
    return told


def review(stage: Stage, answered: str | None) -> None:
    """Act 5: one output goes through the reviewer before it is released."""
    cast, teller = stage.cast, stage.teller
    developer, operator, reviewer = cast[Role.DEVELOPER], cast[Role.OPERATOR], cast[Role.REVIEWER]
    teller.act("五、成果审核与放行", "5. Review and release")
    if answered is None:
        teller.note("没有可送审的结果", "there is no answer to review")
        return
    asked = {"query": answered, "title": "分组统计表", "purpose": "编制分析报告"}
    output = developer.post("/outputs", asked)
    where = f"/outputs/{output['id']}"
    teller.step(developer.name, "申请导出成果", "asked to let the answer out")
    teller.refused(developer.name, developer.send(f"{where}/release", {"reason": "自行放行"}).json())
    operator.post(f"{where}/reviewer", {"reviewer": reviewer.part.person})
    teller.step(operator.name, f"指派{reviewer.name}审核", f"named the reviewer: {reviewer.name}")
    table = reviewer.get(f"{where}/review")
    teller.step(reviewer.name, f"查看送审内容（{len(table['rows'])} 行）", f"looked at it ({len(table['rows'])} rows)")
    released = reviewer.post(f"{where}/release", {"reason": "无个体信息，符合导出要求"})
    teller.step(
        reviewer.name,
        f"审核通过并放行，内容摘要 {released['digest'][:16]}",
        f"released it; digest {released['digest'][:16]}",
    )
    file = developer.fetch(f"{where}/download", CSV)
    lines = len(file.text.splitlines())
    teller.step(developer.name, f"下载 CSV（{lines} 行）", f"downloaded it as CSV ({lines} lines)")
