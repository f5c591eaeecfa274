"""No verb of the procedure can be reached past the role table, and every refusal on that ground is recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import pytest

from logs.kinds import checked
from logs.model import Event, Role
from policies import service
from policies.billing import Month
from policies.denials import NotPermitted
from policies.figures import Period
from policies.model import Condition
from policies.model.listings import ListKind
from policies.model.stops import StopScope
from policies.service.work import Begin
from tests.policies.conftest import CALENDAR, PERMISSIONS, VERIFIER
from tests.policies.factories import (
    DEVELOPER,
    EVERYBODY,
    LATER,
    a_consent,
    a_training,
    an_affiliation,
    an_organisation,
    materials,
    terms,
)
from tests.policies.test_roles import expected

ACTS: Mapping[str, tuple[str, str, tuple[Any, ...], dict[str, Any]]] = {
    "register_organisation": ("organisation", "register", (an_organisation(),), {}),
    "appoint": ("person", "appoint", ("p",), {"title": "p", "organisation": "o", "role": Role.DEVELOPER}),
    "dismiss": ("person", "dismiss", ("p",), {}),
    "enrol_key": ("person", "enrol_key", ("00",), {}),
    "present_evidence": (
        "qualification",
        "present",
        (Condition.CREDIT,),
        {"title": "", "digest": "", "valid_until": LATER.date()},
    ),
    "accept_evidence": ("qualification", "accept", ("o", 1), {}),
    "reject_evidence": ("qualification", "reject", ("o", 1), {"reason": ""}),
    "view_qualification": ("qualification", "view", ("o",), {}),
    "demand_scenario": ("scenario", "demand", ("s",), {"category": "", "title": "", "purpose": ""}),
    "approve_scenario": ("scenario", "approve", ("s",), {}),
    "refuse_scenario": ("scenario", "refuse", ("s",), {"reason": ""}),
    "publish_scenario": ("scenario", "publish", ("s",), {}),
    "withdraw_scenario": ("scenario", "withdraw", ("s",), {"reason": ""}),
    "view_scenario": ("scenario", "view", ("s",), {}),
    "list_scenarios": ("scenario", "view", (), {}),
    "draft_application": ("application", "draft", ("a", materials()), {}),
    "revise_application": ("application", "revise", ("a", materials()), {}),
    "check_application": ("application", "check", ("a",), {}),
    "submit_application": ("application", "submit", ("a",), {"calendar": CALENDAR}),
    "approve_application": ("application", "approve", ("a",), {}),
    "refuse_application": ("application", "refuse", ("a",), {"reasons": []}),
    "withdraw_application": ("application", "withdraw", ("a",), {}),
    "view_application": ("application", "view", ("a",), {}),
    "list_applications": ("application", "view", (), {}),
    "draw_agreement": ("agreement", "draw", ("g",), {"application": "a", "terms": terms()}),
    "sign_agreement": ("agreement", "sign", ("g", "00"), {"verifier": VERIFIER, "calendar": CALENDAR}),
    "cancel_agreement": ("agreement", "cancel", ("g",), {"reason": ""}),
    "file_agreement": ("agreement", "file", ("g",), {"notice": ""}),
    "terminate_agreement": ("agreement", "terminate", ("g",), {"reason": ""}),
    "expire_agreements": ("agreement", "expire", (), {}),
    "view_agreement": ("agreement", "view", ("g",), {}),
    "list_agreements": ("agreement", "view", (), {}),
    "order_stop": ("stop", "order", ("s",), {"scope": StopScope.ALL, "target": "", "note": ""}),
    "report_stop": ("stop", "report", ("s",), {"risk": "", "measures": ""}),
    "lift_stop": ("stop", "lift", ("s",), {"reason": ""}),
    "view_stop": ("stop", "view", ("s",), {}),
    "list_stops": ("stop", "view", (), {}),
    "present_consent": ("consent", "present", (a_consent(),), {}),
    "accept_consent": ("consent", "accept", ("c",), {}),
    "reject_consent": ("consent", "reject", ("c",), {"reason": ""}),
    "withdraw_consent": ("consent", "withdraw", ("c",), {}),
    "expire_consents": ("consent", "expire", (), {}),
    "view_consent": ("consent", "view", ("c",), {}),
    "list_consents": ("consent", "view", (), {}),
    "usage_of": ("statement", "view", ("g", Month(2026, 11)), {}),
    "issue_statement": ("statement", "issue", ("g", Month(2026, 11)), {}),
    "confirm_statement": ("statement", "confirm", ("s",), {}),
    "dispute_statement": ("statement", "dispute", ("s",), {"reason": ""}),
    "settle_statement": ("statement", "settle", ("s",), {}),
    "view_statement": ("statement", "view", ("s",), {}),
    "list_statements": ("statement", "view", (), {}),
    "file_report": ("report", "file", (Period.read("2026"),), {"remarks": ""}),
    "acknowledge_report": ("report", "acknowledge", ("r",), {}),
    "return_report": ("report", "return", ("r",), {"reason": ""}),
    "view_report": ("report", "view", ("r",), {}),
    "list_reports": ("report", "view", (), {}),
    "figures_of": ("report", "view", (Period.read("2026"),), {}),
    "contributions_of": ("contribution", "view", (Period.read("2026"),), {}),
    "record_training": ("training", "record", (a_training(),), {}),
    "list_trainings": ("training", "view", (), {}),
    "list_owed": ("deadline", "view", (), {}),
    "set_contact": ("contact", "set", (), {"email": "", "webhook": ""}),
    "queue_reminders": ("reminder", "queue", (), {}),
    "deliver_reminders": ("reminder", "queue", ({},), {}),
    "list_reminders": ("reminder", "view", (), {}),
    "import_list": ("credit", "import", (ListKind.DISHONEST,), {"edition": "1", "source": "x", "listings": ()}),
    "list_credit": ("credit", "view", (), {}),
    "record_affiliation": ("affiliation", "record", (an_affiliation(),), {}),
    "end_affiliation": ("affiliation", "end", ("a",), {"reason": ""}),
    "list_affiliations": ("affiliation", "view", (), {}),
    "recheck": ("qualification", "recheck", (), {}),
    "ask_supplement": ("application", "ask_supplement", ("a",), {"wanted": [], "calendar": CALENDAR}),
    "supplement_application": ("application", "supplement", ("a", materials()), {"calendar": CALENDAR}),
}
NOT_VERBS = {"Begin", "Selection", "Work", "acting", "denied", "require", "require_acting"}
BY_MODEL_ALONE = {"annex_in_force", "actor_of", "consenting"}
MAY = {(kind, verb, role): may for kind, verb, role, may in expected()}


class Reached(Exception):
    """The role table let it pass."""


class Guarded:
    """A unit of work with the role table and a trail, and nothing behind."""

    permissions = PERMISSIONS

    def __init__(self) -> None:
        self.recorded: list[Event] = []

    @property
    def events(self) -> "Guarded":
        return self

    def record(self, event: Event) -> None:
        checked(event)
        self.recorded.append(event)

    def __getattr__(self, name: str) -> Any:
        raise Reached(name)


def test_every_verb_is_walked() -> None:
    assert set(service.__all__) - NOT_VERBS - BY_MODEL_ALONE == set(ACTS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", list(ACTS))
def test_a_verb_passes_the_role_table_or_is_denied_and_recorded(verb: str, role: Role) -> None:
    kind, act, arguments, named = ACTS[verb]
    work, by = Guarded(), EVERYBODY[role]

    @contextmanager
    def begin() -> Iterator[Guarded]:
        yield work

    def attempt() -> None:
        getattr(service, verb)(cast(Begin, begin), *arguments, **named, by=by, at=LATER)

    if MAY[kind, act, role]:
        with pytest.raises(Reached):
            attempt()
        assert work.recorded == []
        return
    with pytest.raises(NotPermitted):
        attempt()
    (event,) = work.recorded
    assert event.kind == "access.denied"
    assert (event.by, event.facts["verb"], event.facts["thing"]) == (by, act, kind)
    assert event.facts["role"] == role.value


def test_a_person_of_whom_nothing_is_on_record_is_asked_for_before_anything_else() -> None:
    work = Guarded()

    @contextmanager
    def begin() -> Iterator[Guarded]:
        yield work

    for lookup in (service.view_application, service.view_agreement, service.annex_in_force):
        with pytest.raises(Reached, match="people"):
            lookup(cast(Begin, begin), cast(Any, "x"), by=DEVELOPER, at=LATER)
