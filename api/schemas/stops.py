"""Stops as the API tells of them."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.model.stops import Stop, StopScope


class StopAsked(Asked):
    """What is halted, and the risk that was seen: it goes to the bureau at once."""

    scope: StopScope = Field(examples=["resource"])
    target: str = Field(
        default="", max_length=64, description="`scope` 为 all 时留空 / empty for `all`", examples=["p"]
    )
    note: str = Field(min_length=1, examples=["发现疑似重识别企图"])


class RiskAsked(Asked):
    """The written report of the risk."""

    risk: str = Field(min_length=1, examples=["三项统计相减可推断单个企业营收"])
    measures: str = Field(min_length=1, examples=["已停止相关查询，收回成果，排查历史查询"])


class RiskTold(Told):
    """A report made, and whether after its time."""

    risk: str
    measures: str
    at: datetime
    late: bool


class StopTold(Told):
    """A stop: it halts processing until it is lifted."""

    id: str
    scope: str = Field(examples=["resource"])
    target: str
    within: str | None = Field(description="仅停止该组织的处理 / halts that organisation's processing alone")
    state: str = Field(examples=["ordered"])
    note: str
    ordered_by: str
    ordered_at: datetime
    report_due: datetime
    reports: list[RiskTold]
    lifted_because: str

    @classmethod
    def of(cls, found: Stop) -> "StopTold":
        """The stop as it is told."""
        return cls(
            id=found.id,
            scope=found.scope.value,
            target=found.target,
            within=found.within,
            state=found.state.value,
            note=found.note,
            ordered_by=found.ordered_by.organisation,
            ordered_at=found.ordered_at,
            report_due=found.report_due,
            reports=[RiskTold.model_validate(report) for report in found.reports],
            lifted_because=found.lifted_because,
        )


class StopOrdered(Told):
    """A stop ordered, and how many running queries ended with it."""

    stop: StopTold
    killed: int = Field(examples=[0])
