"""An agreement drawn up from an approved application: parties, the seven contents, the annex (Article 17)."""

from collections.abc import Iterator
from datetime import datetime

from logs.model import Actor
from policies.annex import Annex
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed
from policies.flaws import Flaw
from policies.lint import unpublished
from policies.model import Agreement, AgreementId, Application, ApplicationState, Contents, Scenario, Terms


def drawn_from(
    application: Application, *, scenario: Scenario, terms: Terms, id: AgreementId, by: Actor, at: datetime
) -> Agreement:
    """The agreement, not yet signed; its annex holds what was approved and nothing else.

    Raises `SelfApproval`, `MoveNotAllowed`, `NotAParty` for another operator's approval, and `MaterialFlawed`.
    """
    if application.applicant == by.organisation:
        raise SelfApproval("application", application.id)
    if application.state is not ApplicationState.APPROVED or application.decision is None:
        raise MoveNotAllowed("application", application.id, application.state, "draw", ())
    if application.decision.organisation != by.organisation:
        raise NotAParty("application", application.id)
    if flaws := (*unpublished(scenario, scenario.id), *_term_flaws(terms, at)):
        raise MaterialFlawed(flaws)
    annex = Annex(application.materials.data)
    agreement = Agreement(
        id=id,
        application=application.id,
        scenario=scenario.id,
        operator=by.organisation,
        developer=application.applicant,
        contents=Contents(
            rights_and_duties=terms.rights_and_duties,
            scenario=f"{scenario.title}：{scenario.purpose}",
            data_scope=data_scope(annex),
            conditions=terms.conditions,
            security=terms.security,
            fees=terms.fees,
            liability=terms.liability,
        ),
        annex=annex,
        begins=terms.begins,
        ends=terms.ends,
        tariff=terms.tariff,
        drawn_at=at,
    )
    return agreement.drawn(by=by, at=at)


def data_scope(annex: Annex) -> str:
    """The scope of data in words: each resource with its columns and their uses."""
    return "；".join(
        f"{grant.resource}（"
        + "、".join(f"{column}:{'+'.join(sorted(uses))}" for column, uses in sorted(grant.columns.items()))
        + "）"
        for grant in sorted(annex.grants, key=lambda grant: grant.resource)
    )


def _term_flaws(terms: Terms, at: datetime) -> Iterator[Flaw]:
    aware = terms.begins.tzinfo is not None and terms.ends.tzinfo is not None
    if not aware or terms.ends <= terms.begins or terms.ends <= at:
        yield Flaw(
            "term-wrong",
            "ends",
            {
                "zh": "协议期限应写明时区，在生效时间之后结束，且尚未结束",
                "en": "the term must state its time zone, end after it begins, and not be over",
            },
            {"zh": "更正生效时间与失效时间", "en": "correct beginning and end"},
        )
