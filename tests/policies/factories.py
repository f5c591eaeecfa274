"""People, resources and nouns for tests: say only what the test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from catalog.model import Column, ColumnType, Resource, ResourceId, Use
from logs.model import Actor, ActorId, OrganisationId, Role
from policies.annex import Annex, Grant
from policies.calendar import XIAMEN, Deadline
from policies.model import (
    Agreement,
    AgreementId,
    Application,
    ApplicationId,
    Condition,
    Contents,
    Materials,
    Nature,
    Organisation,
    Person,
    Qualification,
    Scenario,
    ScenarioId,
    Terms,
)
from policies.model.affiliations import Affiliation, AffiliationId
from policies.model.consents import Consent, ConsentId, SubjectKind
from policies.model.reminders import Channel, Reminder
from policies.model.stops import Stop, StopId, StopScope
from policies.model.training import Training, TrainingId

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=XIAMEN)
LATER = MONDAY + timedelta(hours=1)
DUE = Deadline(date(2026, 11, 30))
DIGEST = "a" * 64
KEY = "b" * 64


def someone(role: Role, person: str = "", organisation: str = "") -> Actor:
    """A person in that role, of the role's own organisation unless told otherwise."""
    return Actor(ActorId(person or f"{role}-1"), OrganisationId(organisation or f"{role}-org"), role)


DEVELOPER = someone(Role.DEVELOPER, "lin", "mobility")
COLLEAGUE = someone(Role.DEVELOPER, "xu", "mobility")
RIVAL = someone(Role.DEVELOPER, "he", "rival")
OPERATOR = someone(Role.OPERATOR, "chen", "operator")
BUREAU = someone(Role.BUREAU, "wang", "bureau")
PLATFORM = someone(Role.SYSTEM, "platform", "platform")
EVERYBODY = {role: someone(role) for role in Role} | {
    Role.DEVELOPER: DEVELOPER,
    Role.OPERATOR: OPERATOR,
    Role.BUREAU: BUREAU,
    Role.SYSTEM: PLATFORM,
}

GROUPED = frozenset({Use.GROUP, Use.FILTER})
PERSON = ResourceId("person")
BIKES = ResourceId("bike_ride_end")


def a_resource(id: str = PERSON, **uses: frozenset[Use]) -> Resource:
    """A listed resource with text columns of those uses."""
    allowed = uses or {"id_card": frozenset({Use.JOIN}), "district": GROUPED, "name": frozenset()}
    columns = tuple(Column(name, name, ColumnType.TEXT, uses=granted) for name, granted in allowed.items())
    return Resource(ResourceId(id), id, id, id, "公安局", columns, privacy_unit="id_card")


def an_organisation(id: str = "mobility", **changes: Any) -> Organisation:
    """A company that develops."""
    values = {"title": "厦门出行数据", "nature": Nature.LEGAL_PERSON, "roles": frozenset({Role.DEVELOPER})}
    return Organisation(id=OrganisationId(id), **(values | changes))


def a_person(actor: Actor = DEVELOPER, **changes: Any) -> Person:
    """A person on record who does not act yet."""
    return replace(Person(id=actor.id, title=actor.id, organisation=actor.organisation, role=actor.role), **changes)


def qualified(*, until: date = date(2027, 12, 31), leaving_out: Condition | None = None) -> Qualification:
    """An organisation whose evidence is accepted for every condition, or for all but one."""
    qualification = Qualification(id=DEVELOPER.organisation)
    for condition in Condition:
        if condition is leaving_out:
            continue
        qualification = qualification.present(
            condition, title="证明", digest=DIGEST, valid_until=until, by=DEVELOPER, at=MONDAY
        )
        qualification = qualification.accept(len(qualification.evidence), by=OPERATOR, at=MONDAY)
    return qualification


def a_scenario(id: str = "s1", **changes: Any) -> Scenario:
    """A class of scenario with one demand."""
    scenario = Scenario(id=ScenarioId(id), category="公共出行", title="共享单车停放", purpose="优化停放点布局")
    return replace(scenario.demand(title=scenario.title, purpose=scenario.purpose, by=DEVELOPER, at=MONDAY), **changes)


def published(id: str = "s1") -> Scenario:
    """A class that may be applied for."""
    approved = a_scenario(id).approve(reason="符合公共利益", by=BUREAU, at=MONDAY)
    return approved.publish(by=OPERATOR, at=MONDAY)


def a_grant(resource: str = PERSON, **uses: frozenset[Use]) -> Grant:
    """A demand for columns of a resource."""
    return Grant(ResourceId(resource), uses or {"district": GROUPED, "id_card": frozenset({Use.JOIN})})


def materials(**changes: Any) -> Materials:
    """Complete materials."""
    values = {
        "qualification": "具备数据处理资质",
        "scenario": ScenarioId("s1"),
        "data": (a_grant(),),
        "manner": "统计分析",
        "safety": "专人专机，全程审计",
    }
    return Materials(**(values | changes))


def an_application(id: str = "a1", **changes: Any) -> Application:
    """A draft with complete materials."""
    draft = Application.draft(ApplicationId(id), materials(), by=DEVELOPER, at=MONDAY)
    return replace(draft, news=(), **changes)


def submitted(id: str = "a1") -> Application:
    """An application waiting to be decided."""
    return replace(an_application(id).submit((), due=DUE, by=DEVELOPER, at=MONDAY), news=())


def approved(id: str = "a1") -> Application:
    """An application decided for by the operator."""
    return replace(submitted(id).approve((), by=OPERATOR, at=LATER), news=())


def terms(**changes: Any) -> Terms:
    """A year's term and everything the operator words."""
    values: dict[str, Any] = {
        "rights_and_duties": "甲方提供环境，乙方依场景使用",
        "conditions": "仅限安全可信环境内使用",
        "security": "原始数据不出域",
        "fees": "公益免费",
        "liability": "违约即停止并追责",
        "begins": MONDAY,
        "ends": MONDAY + timedelta(days=365),
    }
    return Terms(**(values | changes))


def an_agreement(id: str = "g1", **changes: Any) -> Agreement:
    """A drawn agreement, not yet signed."""
    contents = Contents(
        rights_and_duties="甲方提供环境",
        scenario="共享单车停放",
        data_scope="person（district）",
        conditions="环境内使用",
        security="不出域",
        fees="免费",
        liability="追责",
    )
    values: dict[str, Any] = {
        "application": ApplicationId("a1"),
        "scenario": ScenarioId("s1"),
        "operator": OPERATOR.organisation,
        "developer": DEVELOPER.organisation,
        "contents": contents,
        "annex": Annex((a_grant(),)),
        "begins": MONDAY,
        "ends": MONDAY + timedelta(days=365),
        "drawn_at": MONDAY.astimezone(UTC),
    }
    return Agreement(id=AgreementId(id), **(values | changes))


class Trusting:
    """A verifier that takes `signed by <key>` for a signature."""

    def valid(self, key: str, statement: bytes, signature: str) -> bool:
        return bool(statement) and signature == f"signed by {key}"


def signed_by(agreement: Agreement, *actors: Actor, at: datetime = LATER) -> Agreement:
    """The agreement signed by those, one after the other."""
    for actor in actors:
        agreement = agreement.sign(key=KEY, signature=f"signed by {KEY}", verifier=Trusting(), due=DUE, by=actor, at=at)
    return replace(agreement, news=())


def in_force(id: str = "g1", **changes: Any) -> Agreement:
    """An agreement signed by both sides."""
    return signed_by(an_agreement(id, **changes), DEVELOPER, OPERATOR)


def a_stop(scope: StopScope = StopScope.RESOURCE, target: str = PERSON, *, by: Actor = DEVELOPER) -> Stop:
    """A stop ordered by the developer."""
    return replace(Stop.order(StopId("stop-1"), scope, target, note="可识别到个人", by=by, at=LATER), news=())


def a_consent(id: str = "c1", *, by: Actor = DEVELOPER) -> Consent:
    """A consent presented by the developer."""
    consent = Consent(
        id=ConsentId(id),
        subject_kind=SubjectKind.RESIDENT_ID,
        giver="c" * 64,
        scenario=ScenarioId("s1"),
        resources=(PERSON,),
        until=date(2027, 6, 30),
        evidence=DIGEST,
        presented_by=by,
        presented_at=MONDAY,
    )
    return replace(consent.present(by=by, at=MONDAY), news=())


def a_training(**changes: Any) -> Training:
    """The developer's attendance, good for a year."""
    values: dict[str, Any] = {
        "id": TrainingId("t1"),
        "person": DEVELOPER.id,
        "organisation": DEVELOPER.organisation,
        "title": "公共数据安全培训",
        "held_on": date(2026, 11, 2),
        "until": date(2027, 11, 1),
        "evidence": DIGEST,
    }
    return Training(**(values | changes))


def a_reminder() -> Reminder:
    """A reminder by e-mail to the operator."""
    return replace(
        Reminder.queue(
            "application:a1:decide",
            to=OPERATOR.organisation,
            channel=Channel.EMAIL,
            address="duty@operator.cn",
            title="申请即将到期",
            text="请尽快审核。",
            by=PLATFORM,
            at=LATER,
        ),
        news=(),
    )


def an_affiliation() -> Affiliation:
    """The operator owns the developer."""
    return Affiliation(
        id=AffiliationId("l1"), owner=OPERATOR.organisation, owned=DEVELOPER.organisation, basis="持股 60%"
    )
