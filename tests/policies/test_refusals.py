"""Every refusal of this package says in both languages what was refused and what to do instead."""

import re
from itertools import product

import pytest

from logs.errors import Language, Refusal
from logs.model import Role
from policies import denials, errors
from policies.adapters.casbin import CasbinPermissions
from policies.flaws import Flaw
from policies.model import AgreementState
from tests.policies.factories import DEVELOPER, LATER, MONDAY

FLAW = Flaw("material-missing", "manner", {"zh": "缺少", "en": "missing"}, {"zh": "填写", "en": "state it"})
EXAMPLES: tuple[Refusal, ...] = (
    denials.NotPermitted(Role.DEVELOPER, "approve", "application", {"zh": "审核", "en": "approve"}, [Role.OPERATOR]),
    denials.NotActing("lin", "mobility", Role.DEVELOPER),
    denials.SelfApproval("application", "a1"),
    denials.NotAParty("agreement", "g1"),
    denials.NotTheirsToAppoint(Role.OPERATOR, Role.BUREAU),
    errors.NoSuch("scenario", "s1"),
    errors.MoveNotAllowed("scenario", "s1", "refused", "publish", []),
    errors.DoneAlready("agreement", "g1", "sign"),
    errors.ConcurrentChange("application", "a1"),
    errors.RolesIncompatible([Role.DEVELOPER, Role.BUREAU]),
    errors.RoleNotHeld("mobility", Role.REVIEWER),
    errors.MaterialFlawed([FLAW]),
    errors.QualificationLacking("mobility", [FLAW]),
    errors.SignatureInvalid("g1"),
    errors.KeyMissing("lin"),
    errors.NotInForce("g1", AgreementState.STOPPED, begins=MONDAY, ends=LATER),
    errors.NoticeWrong("2027.yaml", "KeyError"),
    errors.RoleTableWrong(2, "unknown role"),
    errors.ProcessingStopped("s1", "resource", "person"),
    errors.TrainingMissing("lin"),
    errors.CourierFailed("email", "TimeoutError"),
    errors.RelatedToOperator("mobility", "operator"),
)
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def test_every_refusal_of_the_package_is_among_the_examples() -> None:
    known = {
        found
        for module in (denials, errors)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Refusal) and found is not Refusal
    }
    assert {type(example) for example in EXAMPLES} == known


@pytest.mark.parametrize(
    ("refusal", "language"), list(product(EXAMPLES, LANGUAGES)), ids=lambda value: getattr(value, "kind", value)
)
def test_it_speaks_in_whole_sentences_of_the_readers_language(refusal: Refusal, language: Language) -> None:
    for text in (refusal.title[language], refusal.detail(language), refusal.remedy(language)):
        assert text.strip()
        assert not re.search(r"[{}]|None|Role\.|State\.", text)
        chinese = bool(re.search(r"[\u4e00-\u9fff]", text))
        assert chinese is (language == "zh")


def test_a_denial_by_the_table_names_the_act_in_the_tables_words() -> None:
    with pytest.raises(denials.NotPermitted) as refusal:
        CasbinPermissions().require(DEVELOPER, "lift", "stop")
    assert refusal.value.detail("en") == "the developer may not lift a stop."
