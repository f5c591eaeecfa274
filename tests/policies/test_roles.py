"""The role table: casbin decides every role and verb as the law's table has it; what is not listed is not allowed."""

import ast
import logging
import logging.config
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from logs.model import Role
from policies.adapters.casbin import CasbinPermissions
from policies.denials import NotPermitted
from policies.errors import RoleTableWrong
from policies.roles import COLUMNS, RoleTable, official_roles, read_roles
from tests.policies.factories import DEVELOPER, OPERATOR, someone

ROOT = Path(__file__).parents[2]
LETTERS = dict(zip("BIODPRGS", Role, strict=True))
HEAD = ",".join(COLUMNS)


def expected() -> Iterator[tuple[str, str, Role, bool]]:
    for line in (Path(__file__).parent / "roles.expected.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, verb, letters = line.split()
            assert len(letters) == len(LETTERS)
            for letter, (own, role) in zip(letters, LETTERS.items(), strict=True):
                assert letter in (own, ".")
                yield kind, verb, role, letter == own


@pytest.fixture(scope="module")
def permissions() -> CasbinPermissions:
    return CasbinPermissions()


def test_every_role_and_verb_is_decided_as_the_table_of_the_law_has_it(permissions: CasbinPermissions) -> None:
    wrong = [
        f"{role} {verb} {kind}: should be {may}"
        for kind, verb, role, may in expected()
        if permissions.allows(someone(role), verb, kind) is not may
    ]
    assert wrong == []


def test_nothing_stands_in_the_table_that_the_expected_one_does_not_have() -> None:
    acts = {(rule.kind, rule.verb) for rule in official_roles().rules}
    assert acts == {(kind, verb) for kind, verb, _, _ in expected()}


def test_whatever_the_code_asks_permission_for_is_a_row_of_the_table() -> None:
    acts = {(rule.verb, rule.kind) for rule in official_roles().rules}
    asked = [*_asked()]
    assert len(asked) > 40
    assert [f"{place}: {verb} {kind}" for place, verb, kind in asked if (verb, kind) not in acts] == []


def _asked() -> Iterator[tuple[str, str, str]]:
    """Every call of `require`, `allows` or `acting` that names a verb and a kind of thing, side by side."""
    for package in ("api", "sandbox", "policies"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(
                        func=ast.Name(id="acting") | ast.Attribute(attr="require" | "allows"),
                        args=[_, ast.Constant(value=str(verb)), ast.Constant(value=str(kind)), *_],
                    ):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", verb, kind


def test_every_pairing_that_is_not_listed_is_not_allowed(permissions: CasbinPermissions) -> None:
    acts = {(kind, verb) for kind, verb, _, _ in expected()}
    kinds, verbs = {kind for kind, _ in acts} | {"*", ""}, {verb for _, verb in acts} | {"*", "", "fly"}
    strays = [act for act in product(kinds, verbs) if act not in acts]
    # one role decides for all: what is not a row is a row for nobody
    assert [act for act in strays if permissions.allows(OPERATOR, act[1], act[0])] == []
    assert not any(permissions.allows(someone(role), "*", "*") for role in Role)


def test_whoever_may_not_is_told_who_may(permissions: CasbinPermissions) -> None:
    permissions.require(OPERATOR, "approve", "application")
    with pytest.raises(NotPermitted) as refusal:
        permissions.require(DEVELOPER, "approve", "application")
    assert refusal.value.detail("zh") == "二级开发主体无权审核通过开发利用申请。"
    assert refusal.value.remedy("en") == "Leave it to whoever may: the operator."
    assert refusal.value.permitted == (Role.OPERATOR,)


def test_an_empty_table_allows_nothing() -> None:
    nothing = CasbinPermissions(RoleTable((), "0" * 64))
    assert not any(nothing.allows(someone(role), "view", "catalog") for role in Role)


def test_a_row_may_be_narrowed_to_one_organisation() -> None:
    table = read_roles(f"{HEAD},organisation\nlog,view,看,see,M 22,provider,police\n")
    narrowed = CasbinPermissions(table)
    assert narrowed.allows(someone(Role.PROVIDER, "p", "police"), "view", "log")
    assert not narrowed.allows(someone(Role.PROVIDER, "p", "police2"), "view", "log")
    assert not narrowed.allows(someone(Role.PROVIDER, "p", "*"), "view", "log")


def test_a_replaced_table_decides_at_once_and_bears_its_digest() -> None:
    permissions = CasbinPermissions()
    assert permissions.allows(OPERATOR, "approve", "application")
    other = read_roles(f"{HEAD}\napplication,approve,批准,approve,M 12,bureau\n")
    permissions.replace(other)
    assert not permissions.allows(OPERATOR, "approve", "application")
    assert permissions.allows(someone(Role.BUREAU), "approve", "application")
    assert permissions.edition == other.digest != official_roles().digest


def test_many_threads_asking_at_once_get_the_same_decisions() -> None:
    permissions = CasbinPermissions()
    questions = [*expected()] * 4

    def wrong(question: tuple[str, str, Role, bool]) -> bool:
        kind, verb, role, may = question
        return permissions.allows(someone(role), verb, kind) is not may

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(wrong, questions)) == 0


def test_a_denial_leaves_no_line_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    permissions = CasbinPermissions()
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})  # as servers do when they start
    assert not permissions.allows(someone(Role.PROVIDER, "secret-person", "secret-org"), "run", "query")
    assert "secret" not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("casbin")] == []


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("kind,verb\n", 1, "columns"),
        (f"{HEAD}\nlog,view,看,see,M 22,bureau king\n", 2, "unknown role king"),
        (f"{HEAD}\nlog,view,看,see,M 22,\n", 2, "a cell is missing"),
        (f"{HEAD}\nlog,view,看,see,M 22\n", 2, "a cell is missing"),
        (f"{HEAD}\nlog,view,看,see,M 22,bureau,more\n", 2, "one too many"),
        (f"{HEAD}\nlog,view,看,see,M 22,bureau\nlog,view,看,see,M 22,operator\n", 3, "twice"),
        (f"{HEAD},organisation\nlog,view,看,see,M 22,bureau,xm*\n", 2, "organisation xm"),
        (f'{HEAD}\nlog,view,"看,see,M 22,bureau\n', 2, "end of data"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_the_line(text: str, line: int, fault: str) -> None:
    with pytest.raises(RoleTableWrong, match=fault) as refusal:
        read_roles(text)
    assert refusal.value.line == line
