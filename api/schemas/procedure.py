"""Scenarios, applications and agreements as the API tells of them."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from api.schemas.billing import TariffAsked
from api.schemas.common import Asked, Told
from catalog.model import ResourceId, Use
from policies.annex import Annex, Grant
from policies.calendar import Deadline
from policies.model import Agreement, Application, Materials, Opinion, Scenario, ScenarioId


class ScenarioAsked(Asked):
    """A demand for a class of application scenario."""

    category: str = Field(min_length=1, examples=["就业与产业分析"])
    title: str = Field(min_length=1, examples=["各区就业结构分析"])
    purpose: str = Field(min_length=1, examples=["分析各区、各行业的就业与收入结构，服务企业选址"])


class OpinionAsked(Asked):
    """What a department concerned said."""

    department: str = Field(min_length=1, examples=["市人力资源和社会保障局"])
    text: str = Field(min_length=1, examples=["同意"])


class ScenarioApproval(Asked):
    """The bureau's decision for a class, with the opinions of the departments concerned."""

    reason: str = Field(default="", examples=["风险可控，公共利益明确"])
    opinions: list[OpinionAsked] = Field(default=[])

    def values(self) -> tuple[Opinion, ...]:
        """The opinions."""
        return tuple(Opinion(department=each.department, text=each.text) for each in self.opinions)


class ScenarioRefusal(ScenarioApproval):
    """The bureau's decision against a class; a reason is owed."""

    reason: str = Field(min_length=1, examples=["涉及禁止类数据"])


class ScenarioTold(Told):
    """A class of scenario, and how many demanded it."""

    id: str
    category: str = Field(examples=["就业与产业分析"])
    title: str
    purpose: str
    state: str = Field(examples=["published"])
    demands: int = Field(examples=[1])
    reason: str
    published_at: datetime | None

    @classmethod
    def of(cls, found: Scenario) -> "ScenarioTold":
        """The scenario as it is told."""
        return cls(
            id=found.id,
            category=found.category,
            title=found.title,
            purpose=found.purpose,
            state=found.state.value,
            demands=len(found.demands),
            reason=found.decision.reason if found.decision else found.withdrawn_because,
            published_at=found.published_at,
        )


class GrantAsked(Asked):
    """Columns of a resource, and the uses wanted of each."""

    resource: str = Field(min_length=1, examples=["person"])
    columns: dict[str, list[Use]] = Field(examples=[{"district": ["group", "filter"], "income": ["aggregate"]}])

    def value(self) -> Grant:
        """The grant."""
        return Grant(ResourceId(self.resource), {name: frozenset(uses) for name, uses in self.columns.items()})


class MaterialsAsked(Asked):
    """What Article 16 asks for; a draft may leave any of it empty."""

    qualification: str = Field(default="", examples=["具备数据分析资质与安全管理制度"])
    scenario: str | None = Field(default=None, examples=["5f0c7d0e"])
    data: list[GrantAsked] = Field(default=[])
    manner: str = Field(default="", examples=["在平台内以统计查询方式使用"])
    safety: str = Field(default="", examples=["数据安全负责人、权限分离、日志审计"])

    def value(self) -> Materials:
        """The materials."""
        return Materials(
            qualification=self.qualification,
            scenario=ScenarioId(self.scenario) if self.scenario else None,
            data=tuple(grant.value() for grant in self.data),
            manner=self.manner,
            safety=self.safety,
        )


class GrantTold(Told):
    """Columns of a resource with the uses allowed or asked for."""

    resource: str
    columns: dict[str, list[str]]

    @classmethod
    def of(cls, grant: Grant) -> "GrantTold":
        """The grant as it is told."""
        return cls(resource=grant.resource, columns={name: sorted(uses) for name, uses in grant.columns.items()})


class DeadlineTold(Told):
    """The end of the last working day; provisional where the year's holidays are not announced yet."""

    at: datetime = Field(examples=["2026-11-30T23:59:59+08:00"])
    provisional: bool

    @classmethod
    def of(cls, due: Deadline | None) -> "DeadlineTold | None":
        """The deadline as it is told."""
        return None if due is None else cls(at=due.at, provisional=due.provisional)


class ApplicationTold(Told):
    """An application against a published scenario."""

    id: str
    applicant: str
    state: str = Field(examples=["submitted"])
    scenario: str | None
    data: list[GrantTold]
    manner: str
    safety: str
    submitted_at: datetime | None
    due: DeadlineTold | None
    wanted: list[str] = Field(description="要求补正的内容 / what is wanted besides")
    decided_at: datetime | None
    reasons: list[str]

    @classmethod
    def of(cls, found: Application) -> "ApplicationTold":
        """The application as it is told."""
        materials, submission, decision = found.materials, found.submission, found.decision
        return cls(
            id=found.id,
            applicant=found.applicant,
            state=found.state.value,
            scenario=materials.scenario,
            data=[GrantTold.of(grant) for grant in materials.data],
            manner=materials.manner,
            safety=materials.safety,
            submitted_at=submission.at if submission else None,
            due=DeadlineTold.of(submission.due if submission else None),
            wanted=list(submission.supplements[-1].wanted) if submission and submission.supplements else [],
            decided_at=decision.at if decision else None,
            reasons=list(decision.reasons) if decision else [],
        )


class FlawTold(Told):
    """Something that would keep an application from being handed in or approved."""

    rule: str = Field(examples=["material-missing"])
    place: str = Field(examples=["manner"])
    message: str = Field(examples=["缺少“开发利用方式”"])
    instead: str


class ApprovalAsked(Asked):
    """Yes, and why."""

    reason: str = Field(default="", examples=["材料齐全，用途与场景一致"])


class RefusalAsked(Asked):
    """No, with every reason."""

    reasons: list[str] = Field(min_length=1, examples=[["申请的信息项超出场景所需"]])


class SupplementAsked(Asked):
    """What the operator wants besides, point by point."""

    wanted: list[str] = Field(min_length=1, examples=[["补充数据安全管理制度"]])


class AgreementAsked(Asked):
    """What the operator words of an agreement; scenario and data scope come from the application."""

    application: str = Field(min_length=1, examples=["8c2f"])
    rights_and_duties: str = Field(examples=["乙方在平台内开发利用，甲方提供环境与审核"])
    conditions: str = Field(examples=["仅限本场景，结果经审核后导出"])
    security: str = Field(examples=["原始数据不出域，不得重识别"])
    fees: str = Field(examples=["公益场景免费"])
    tariff: TariffAsked = Field(default=TariffAsked(), description="计价；缺省为免费 / prices; free when left out")
    liability: str = Field(examples=["违约按办法及合同承担责任"])
    begins: AwareDatetime | None = Field(default=None, description="缺省为现在 / now when left out")
    ends: AwareDatetime | None = Field(default=None, description="缺省为一年后 / in a year when left out")

    def term(self, at: datetime) -> tuple[datetime, datetime]:
        """From when to when."""
        begins = self.begins or at
        return begins, self.ends or begins + timedelta(days=365)


class SignatureAsked(Asked):
    """An Ed25519 signature over the agreement's `statement`, in hexadecimal."""

    signature: str = Field(pattern=r"^[0-9a-f]{128}$", examples=["00" * 64])


class FilingAsked(Asked):
    """The number under which the bureau has it on file."""

    notice: str = Field(min_length=1, examples=["厦数协备〔2026〕35号"])


class AgreementTold(Told):
    """An agreement with its annex. Sign `statement` (hexadecimal bytes) to sign it."""

    id: str
    application: str
    scenario: str
    operator: str
    developer: str
    state: str = Field(examples=["in_force"])
    begins: datetime
    ends: datetime
    annex: list[GrantTold]
    annex_digest: str
    contents: dict[str, str]
    document: str
    digest: str
    statement: str
    signed_by: list[str]
    filing_due: DeadlineTold | None
    filed_at: datetime | None

    @classmethod
    def of(cls, found: Agreement) -> "AgreementTold":
        """The agreement as it is told."""
        contents = found.contents
        names = ("rights_and_duties", "scenario", "data_scope", "conditions", "security", "fees", "liability")
        return cls(
            id=found.id,
            application=found.application,
            scenario=found.scenario,
            operator=found.operator,
            developer=found.developer,
            state=found.state.value,
            begins=found.begins,
            ends=found.ends,
            annex=[GrantTold.of(grant) for grant in _grants(found.annex)],
            annex_digest=found.annex.digest,
            contents={name: getattr(contents, name) for name in names},
            document=found.document,
            digest=found.digest,
            statement=found.statement.hex(),
            signed_by=[made.side.value for made in found.signatures],
            filing_due=DeadlineTold.of(found.filing_due),
            filed_at=found.filing.at if found.filing else None,
        )


class EndedTold(Told):
    """An agreement ended, and how many running queries ended with it."""

    agreement: AgreementTold
    killed: int = Field(examples=[0])


def _grants(annex: Annex) -> tuple[Grant, ...]:
    return annex.grants
