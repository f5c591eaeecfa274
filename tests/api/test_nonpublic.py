"""Non-public data over REST: the rule, a file's way, and what is refused (Article 14)."""

import io
from collections.abc import Iterator

import httpx
import pytest

from logs.model import Role
from sandbox.nonpublic.rule import DEFAULT
from tests.api.conftest import Played

RULE = "/access-rules/non-public-access.2026.1"
STORES = "district,rent,phone\n思明区,12.5,13812345678\n湖里区,8.25,13912345679\n"
SAID = {"name": "stores", "title": "门店", "source": "本公司经营数据", "right": "own", "evidence": "营业执照"}


@pytest.fixture(scope="module")
def ruled(played: Played) -> Played:
    drafted = played.call("POST", "/access-rules", Role.OPERATOR, {"document": DEFAULT.read_text("utf-8")})
    assert drafted.status_code == 201
    assert played.call("POST", f"{RULE}/approval", Role.BUREAU, {"reason": "同意"}).status_code == 201
    assert played.call("POST", f"{RULE}/effect", Role.OPERATOR).status_code == 201
    return played


@pytest.fixture
def place(ruled: Played) -> Iterator[str]:
    files = f"/agreements/{ruled.agreement}/files"
    yield files
    for file in ruled.call("GET", files, Role.DEVELOPER).json()["items"]:
        if file["state"] in {"quarantined", "accepted"}:
            ruled.call("POST", f"{files}/{file['name']}/withdrawal", Role.DEVELOPER, {"reason": "x"})


def bring(played: Played, role: Role = Role.DEVELOPER, text: str = STORES, **said: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {played.tokens[role]}"}
    sent = {"file": ("stores.csv", io.BytesIO(text.encode()), "text/csv")}
    path = f"/api/v1/agreements/{played.agreement}/files"
    return played.client.post(path, data={**SAID, **said}, files=sent, headers=headers)  # type: ignore[no-any-return]


def test_a_file_is_brought_accepted_queried_and_withdrawn(ruled: Played, place: str) -> None:
    brought = bring(ruled)
    assert brought.status_code == 201
    told = brought.json()
    assert (told["name"], told["state"], told["rows"]) == ("own.stores", "quarantined", 2)
    assert [(each["name"], each["kind"], each["withheld"]) for each in told["columns"]][2] == ("phone", "mobile", True)
    assert "13812345678" not in brought.text
    assert ruled.ask("SELECT * FROM own.stores").status_code == 422
    assert [file["name"] for file in ruled.call("GET", "/files", Role.OPERATOR).json()["items"]] == ["own.stores"]

    accepted = ruled.call("POST", f"{place}/stores/acceptance", Role.OPERATOR, {"reason": "已核验"})
    assert (accepted.status_code, accepted.json()["state"]) == (201, "accepted")
    answer = ruled.ask("SELECT district, rent FROM own.stores ORDER BY rent").json()
    assert answer["rows"] == [["湖里区", 8.25], ["思明区", 12.5]]
    joined = "SELECT count(*) AS n FROM person AS p JOIN own.stores AS s ON p.district = s.district"
    assert ruled.ask(joined).status_code == 200

    gone = ruled.call("POST", f"{place}/stores/withdrawal", Role.DEVELOPER, {"reason": "合作结束"})
    assert (gone.status_code, gone.json()["state"]) == (201, "withdrawn")
    assert ruled.ask("SELECT * FROM own.stores").status_code == 422


def test_a_file_is_refused_by_form_by_rule_and_by_role(ruled: Played, place: str) -> None:
    assert bring(ruled, name="a b").json()["type"] == "/problems/request-malformed"
    assert bring(ruled, right="found").json()["type"] == "/problems/request-malformed"
    beyond = bring(ruled, text="phone\n13812345678\n13912345679\n")
    assert (beyond.status_code, beyond.json()["type"]) == (422, "/problems/file-beyond-rule")
    assert bring(ruled, role=Role.OPERATOR).json()["type"] == "/problems/not-permitted"
    assert ruled.call("POST", f"{place}/stores/acceptance", Role.OPERATOR, {}).status_code == 404
    assert ruled.call("GET", "/files", Role.DEVELOPER).status_code == 403
    assert ruled.call("POST", "/access-rules", Role.DEVELOPER, {"document": "x"}).status_code == 403
    assert ruled.call("POST", "/access-rules", Role.OPERATOR, {"document": "x"}).status_code == 422


def test_a_rejected_file_is_told_with_its_reasons(ruled: Played, place: str) -> None:
    bring(ruled)
    rejected = ruled.call("POST", f"{place}/stores/rejection", Role.OPERATOR, {"reasons": ["来源不明"]})
    assert (rejected.status_code, rejected.json()["state"]) == (201, "rejected")
    told = ruled.call("GET", place, Role.REGULATOR).json()["items"][0]
    assert (told["state"], told["reasons"]) == ("rejected", ["来源不明"])
