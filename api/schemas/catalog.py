"""Resources, editions and samples as the API tells of them."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.common import Asked, Told
from catalog.attributes import told
from catalog.edition import Edition
from catalog.entry import Entry, Prohibition
from catalog.model import Link
from catalog.sample import Reidentification, Sample

EXAMPLE: JsonValue = {
    "id": "person",
    "name": "person",
    "title": "常住人口",
    "title_en": "Residents",
    "provider": "市公安局",
    "abstract": "合成数据",
    "update_cycle": "每月",
    "privacy_unit": "id_card",
    "synthetic": True,
    "state": "listed",
    "edition": 1,
    "rows_about": 200000,
    "version": "9f86d081884c7d65",
    "arrived_at": "2026-11-23T09:30:00+08:00",
    "columns": [
        {
            "name": "district",
            "title": "区",
            "title_en": "District",
            "type": "VARCHAR",
            "uses": ["filter", "group"],
            "kind": None,
            "bounds": None,
            "grade": 2,
        }
    ],
    "links": [{"column": "enterprise_uscc", "resource": "enterprise", "target": "uscc"}],
    "attributes": {
        "code": "350200-GA-0001",
        "subject": "社会民生",
        "industry": "公共管理、社会保障和社会组织",
        "tags": ["人口", "就业"],
        "format": "库表",
        "sharing": "conditional",
        "sharing_basis": "用于履行法定职责",
        "opening": "on_application",
        "opening_conditions": ["scenario", "technical"],
        "covers": None,
        "authorised": True,
    },
}


class ColumnTold(Told):
    """An information item; `uses` are the most an agreement may grant on it, `grade` its data grade (1 to 4)."""

    name: str
    title: str
    title_en: str
    type: str
    uses: list[str]
    kind: str | None
    bounds: tuple[float, float] | None
    grade: int | None


class LinkTold(Told):
    """A reference to the privacy unit, or a unique column, of another resource."""

    column: str
    resource: str
    target: str


class AttributesTold(Told):
    """What the entry says beside its columns; empty where nothing was said.

    `sharing`: unconditional, conditional, not_yet; `opening`: open, on_application, closed; `opening_conditions`:
    scenario, feedback, technical, credit; `authorised`: permitted for authorised operation.
    """

    code: str
    subject: str
    industry: str
    tags: list[str]
    format: str
    sharing: str | None
    sharing_basis: str
    opening: str | None
    opening_conditions: list[str]
    covers: tuple[date, date] | None
    authorised: bool


class EntryTold(Told):
    """A data resource. Its size is told to two digits: an exact count would be a statistic of its own."""

    model_config = ConfigDict(from_attributes=True, frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    id: str
    name: str
    title: str
    title_en: str
    provider: str
    abstract: str
    update_cycle: str
    privacy_unit: str | None
    synthetic: bool
    state: str
    edition: int | None
    rows_about: int | None
    version: str | None
    arrived_at: datetime | None
    columns: list[ColumnTold]
    links: list[LinkTold]
    attributes: AttributesTold

    @classmethod
    def of(cls, entry: Entry) -> "EntryTold":
        """The entry as it is told."""
        resource, version = entry.resource, entry.version
        return cls(
            id=resource.id,
            name=resource.name,
            title=resource.title,
            title_en=resource.title_en,
            provider=resource.provider,
            abstract=resource.abstract,
            update_cycle=resource.update_cycle,
            privacy_unit=resource.privacy_unit,
            synthetic=resource.synthetic,
            state=entry.state.value,
            edition=entry.edition,
            rows_about=None if version is None else about(version.rows),
            version=None if version is None else version.digest,
            arrived_at=None if version is None else version.arrived_at,
            columns=[
                ColumnTold(
                    name=column.name,
                    title=column.title,
                    title_en=column.title_en,
                    type=column.type.value,
                    uses=sorted(column.uses),
                    kind=column.kind,
                    bounds=column.bounds,
                    grade=column.grade,
                )
                for column in resource.columns
            ],
            links=[_link(link) for link in resource.links],
            attributes=AttributesTold.model_validate(told(resource.attributes)),
        )


class NoteTold(Told):
    """Something inferred on arrival, said aloud."""

    column: str | None
    message: str


class ArrivalTold(Told):
    """A resource taken in: the entry, what was inferred, which quality problems were found, and how much was read."""

    entry: EntryTold
    rows: int = Field(examples=[200000])
    problems: list[str]
    notes: list[NoteTold]


class GradingAsked(Asked):
    """A grade that a person gives a column in the place of the rules', with the reason."""

    column: str = Field(min_length=1, examples=["income"])
    grade: int = Field(ge=1, le=4, examples=[3])
    reason: str = Field(min_length=1, examples=["与薪酬直接相关"])


class GradingsAsked(Asked):
    """Grades to put in the place of those that the rules gave."""

    gradings: list[GradingAsked] = Field(min_length=1)


class DecisionAsked(Asked):
    """Whether a resource falls under a class that may never be listed (Article 9); null: under none."""

    prohibition: Prohibition | None = None
    reason: str = Field(min_length=1, examples=["不涉及国家安全、公共利益，法律法规未禁止开放"])


class EditionAsked(Asked):
    """The resources that the next edition of the development catalog lists."""

    resources: list[str] = Field(min_length=1, examples=[["person", "enterprise"]])


class NoticeAsked(Asked):
    """A filing with the bureau."""

    notice: str = Field(default="", examples=["厦数备〔2026〕12号"])


class ReasonAsked(Asked):
    """Why."""

    reason: str = Field(min_length=1, examples=["材料齐全，符合规定"])


class EditionTold(Told):
    """An edition of the development catalog."""

    number: int = Field(examples=[1])
    state: str = Field(examples=["published"])
    digest: str
    resources: list[str] = Field(examples=[["enterprise", "person"]])
    compiled_at: datetime
    filed_at: datetime | None
    published_at: datetime | None

    @classmethod
    def of(cls, edition: Edition) -> "EditionTold":
        """The edition as it is told."""
        return cls(
            number=edition.number,
            state=edition.state.value,
            digest=edition.digest,
            resources=[id for id, _ in edition.listed],
            compiled_at=edition.compiled_at,
            filed_at=edition.filed_at,
            published_at=edition.published_at,
        )


class SampleTold(Told):
    """Sample data that shows nobody; `origin` says whether it is synthetic or open."""

    columns: list[str] = Field(examples=[["id_card", "district", "age"]])
    rows: list[list[Any]] = Field(examples=[[["350203********001X", "思明区", 37]]])
    origin: str = Field(examples=["synthetic"])

    @classmethod
    def of(cls, sample: Sample) -> "SampleTold":
        """The sample as it is told."""
        return cls(columns=list(sample.columns), rows=[list(row) for row in sample.rows], origin=sample.origin.value)


class ReidentificationTold(Told):
    """How far the sample data of a resource lets anybody be told apart; for those who answer for it.

    `k`: rows in the smallest class alike in `quasi`; `uniques`: rows alone in theirs; `l`, `t`, `alpha`: the worst over
    `sensitive`. `matching`: rows whose quasi-identifiers some real subject shares; `matching_few`: fewer than ten.
    """

    quasi: list[str] = Field(examples=[["district", "age", "gender"]])
    sensitive: list[str] = Field(examples=[["income"]])
    rows: int = Field(examples=[20])
    k: int = Field(examples=[1])
    uniques: int = Field(examples=[20])
    l: float | None = Field(examples=[1])  # noqa: E741 the field's own name for it
    t: float | None = Field(examples=[0.95])
    alpha: float | None = Field(examples=[1.0])
    matching: int = Field(examples=[2])
    matching_few: int = Field(examples=[0])

    @classmethod
    def of(cls, report: Reidentification) -> "ReidentificationTold":
        """The report as it is told."""
        found = report.anonymity
        return cls(
            quasi=list(report.quasi),
            sensitive=list(report.sensitive),
            rows=found.rows,
            k=found.k,
            uniques=found.uniques,
            l=found.l,
            t=found.t,
            alpha=found.alpha,
            matching=report.matching,
            matching_few=report.matching_few,
        )


def _link(link: Link) -> LinkTold:
    return LinkTold(column=link.column, resource=link.resource, target=link.target)


def about(count: int) -> int:
    """A count to two digits.

    >>> about(200_013), about(98), about(0)
    (200000, 98, 0)
    """
    digits = len(str(count)) - 2
    return count if digits <= 0 else round(count / 10**digits) * 10**digits
