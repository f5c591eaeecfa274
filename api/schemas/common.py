"""What every request and answer shares."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api.statuses import STATUS
from logs.errors import Refusal

Item = TypeVar("Item")
Responses = dict[int | str, dict[str, Any]]


class Asked(BaseModel):
    """A request: what it does not know is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Told(BaseModel):
    """An answer, read from the values it tells of."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Listed(BaseModel, Generic[Item]):
    """A page of a list; `next` goes into `cursor` for the page after, and is null at the end."""

    model_config = ConfigDict(frozen=True)

    items: list[Item]
    next: str | None = Field(default=None, examples=["cGVyc29u"])


class Problem(BaseModel):
    """RFC 9457, with what to do instead and, where there are several, every reason."""

    type: str = Field(examples=["/problems/query-not-lawful"])
    title: str = Field(examples=["查询不合规，未予执行"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["第 1 行第 8 列：“name”未获授权"])
    instance: str = Field(examples=["/api/v1/queries"])
    remedy: str | None = Field(default=None, examples=["改用协议授予的信息项"])
    reasons: list[dict[str, Any]] | None = None


def problems(*kinds: type[Refusal]) -> Responses:
    """The refusals a call may end with, for the OpenAPI document, beside those that every call may."""
    told: Responses = {}
    for kind in kinds:
        status = STATUS[kind]
        line = f"{kind.title['zh']} / {kind.title['en']} (`/problems/{kind.kind}`)"
        known = told.get(status)
        told[status] = {
            "model": Problem,
            "description": f"{known['description']}; {line}" if known else line,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return told
