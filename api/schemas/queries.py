"""Queries, answers and outputs as the API tells of them."""

import re
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.common import Asked, Told
from logs.errors import Language
from sandbox.output import Output
from sandbox.plan import OutputColumn, Plan
from sandbox.query import Query

SQL = "SELECT district, count(*) AS n, round(avg(income)) AS mean_income FROM person GROUP BY district"
ANSWER: JsonValue = {
    "columns": [{"name": "district", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}],
    "rows": [["思明区", 51023], ["湖里区", 48871]],
    "id": "0b6c…",
    "state": "answered",
    "hidden_cells": "0",
    "hidden_figures": "0",
    "remarks": ["隐藏单元格 不足 20 个，其余单元格中隐藏数值 不足 20 个", "count：标准差约 1.4"],
    "rules": {"version": "disclosure-2026-1", "digest": "5f0c…"},
    "errors": [{"column": "n", "figure": "count(*)", "absolute": 1.4, "share": None}],
    "milliseconds": 300,
}


class QueryAsked(Asked):
    """SQL to run under an agreement in force: one SELECT, over the resources that its annex grants."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"agreement": "5d2e…", "sql": SQL}]},
    )

    agreement: str = Field(min_length=1, max_length=64)
    sql: str = Field(min_length=1)


class RulesTold(Told):
    """The disclosure rule document that protected an answer."""

    version: str = Field(examples=["disclosure-2026-1"])
    digest: str

    @classmethod
    def of(cls, query: Query) -> "RulesTold | None":
        """The rules, where anything was protected."""
        told = query.told
        return cls(version=told.rules, digest=told.rules_digest) if told and told.rules else None


class FigureErrorTold(Told):
    """The standard deviation to expect of a protected figure in a column: absolute, or as a share of the figure."""

    column: str = Field(examples=["n"])
    figure: str = Field(examples=["count(*)"])
    absolute: float | None = Field(examples=[1.4])
    share: float | None

    @classmethod
    def all_of(cls, query: Query) -> "list[FigureErrorTold]":
        """Of every figure of an answer."""
        found = query.told.errors if query.told else ()
        return [cls(column=each.column, figure=each.figure, absolute=each.absolute, share=each.share) for each in found]


class AnswerTold(Told):
    """A safe table with what is told about it; a query that still runs has a state and no columns."""

    model_config = ConfigDict(from_attributes=True, frozen=True, json_schema_extra={"examples": [ANSWER]})

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    id: str
    state: str
    hidden_cells: str
    hidden_figures: str
    remarks: list[str]
    rules: RulesTold | None
    errors: list[FigureErrorTold]
    milliseconds: int | None


class QueryTold(Told):
    """A query on record. Its duration is told on a coarse grid."""

    id: str
    agreement: str
    by: str
    organisation: str
    state: str = Field(examples=["answered"])
    sql: str = Field(examples=[SQL])
    received_at: datetime
    ended_at: datetime | None
    milliseconds: int | None
    annex: str
    snapshots: dict[str, str] = Field(examples=[{"person": "9f86d081884c7d65"}])
    releases: int
    hidden_cells: str | None
    hidden_figures: str | None
    remarks: list[str]
    rules: RulesTold | None
    errors: list[FigureErrorTold]
    reasons: list[dict[str, Any]]
    why: str | None = Field(description="没有结果的原因 / why there is no answer")

    @classmethod
    def of(cls, query: Query, language: Language) -> "QueryTold":
        """The query as it is told."""
        told, refusal = query.told, query.refusal
        return cls(
            id=query.id,
            agreement=query.agreement,
            by=query.by.id,
            organisation=query.by.organisation,
            state=query.state.value,
            sql=query.sql,
            received_at=query.received_at,
            ended_at=query.ended_at,
            milliseconds=query.milliseconds,
            annex=query.annex,
            snapshots=dict(query.snapshots),
            releases=query.releases,
            hidden_cells=band(told.hidden_cells) if told else None,
            hidden_figures=band(told.hidden_figures) if told else None,
            remarks=remarks(query, language),
            rules=RulesTold.of(query),
            errors=FigureErrorTold.all_of(query),
            reasons=[
                {"rule": reason.rule, "message": reason.what[language], "line": reason.line, "column": reason.column}
                for reason in query.reasons
            ],
            why=refusal.detail(language) if refusal else None,
        )


class ColumnTrace(Told):
    """A column of the answer and the base columns it flows from."""

    name: str = Field(examples=["mean_income"])
    sources: list[str] = Field(examples=[["person.income"]])
    path: list[str]

    @classmethod
    def of(cls, column: OutputColumn) -> "ColumnTrace":
        """The column as it is told."""
        return cls(name=column.name, sources=list(column.sources), path=list(column.path))


class ReleaseTold(Told):
    """The point where protected rows become a statistic: its keys, figures and units."""

    name: str
    keys: list[str]
    measures: list[str]
    units: list[str]


class VerdictTold(Told):
    """The gate's verdict on a lawful query: trace, uses, and the safe form that would run. Nothing was run."""

    lawful: bool = True
    open: bool
    columns: list[ColumnTrace]
    uses: list[str] = Field(examples=[["person.district=group", "person.income=aggregate"]])
    releases: list[ReleaseTold]
    safe_sql: str
    notes: list[str]

    @classmethod
    def of(cls, plan: Plan) -> "VerdictTold":
        """The plan as it is told."""
        return cls(
            open=plan.open,
            columns=[ColumnTrace.of(column) for column in plan.columns],
            uses=[f"{column}={use}" for column, use in plan.uses],
            releases=[
                ReleaseTold(
                    name=release.name,
                    keys=list(release.keys),
                    measures=[measure.label for measure in release.measures],
                    units=list(release.units),
                )
                for release in plan.releases
            ],
            safe_sql=plan.final.sql,
            notes=[str(note) for note in plan.notes],
        )


class OutputAsked(Asked):
    """An answer that is to leave the platform, and what for."""

    query: str = Field(min_length=1, examples=["0b6c…"])
    title: str = Field(min_length=1, examples=["各区就业人口与平均收入"])
    purpose: str = Field(min_length=1, examples=["发布区域就业分析报告"])


class ReviewerAsked(Asked):
    """Who is to review it: a person who acts for the operator or a qualified third party."""

    reviewer: str = Field(min_length=1, examples=["lin-review"])


class OutputRefusal(Asked):
    """Why the output stays in."""

    reasons: list[str] = Field(min_length=1, examples=[["小计可反推个体"]])


class OutputTold(Told):
    """An output on its way out, and what became of it."""

    id: str
    query: str
    title: str
    purpose: str
    state: str = Field(examples=["released"])
    organisation: str
    reviewer: str | None
    digest: str
    asked_at: datetime
    decided_at: datetime | None
    reasons: list[str]

    @classmethod
    def of(cls, output: Output) -> "OutputTold":
        """The output as it is told."""
        return cls(
            id=output.id,
            query=output.query,
            title=output.title,
            purpose=output.purpose,
            state=output.state.value,
            organisation=output.organisation,
            reviewer=output.reviewer.id if output.reviewer else None,
            digest=output.digest,
            asked_at=output.asked_at,
            decided_at=output.decided_at,
            reasons=list(output.reasons),
        )


def remarks(query: Query, language: Language) -> list[str]:
    """What is said beside an answer: errors to expect, how much was hidden."""
    return [remark[language] for remark in query.told.remarks] if query.told else []


def band(text: str) -> str:
    """How many were hidden, written alike in both languages.

    >>> band("100 or more"), band("over 100"), band("1–5")
    ('≥100', '>100', '1–5')
    """
    return re.sub(r"over (\d+)", r">\1", re.sub(r"(\d+) or more", r"≥\1", text))
