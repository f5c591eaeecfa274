"""The stop button over REST: who presses it, what it halts, who lets things go on."""

import pytest

from logs.model import Role
from tests.api.conftest import Played
from tests.api.test_story import GROUPED


@pytest.mark.article("M 18", "allowed")
def test_a_stopped_resource_answers_nobody_until_the_bureau_lifts_the_stop(played: Played) -> None:
    asked = {"scope": "resource", "target": "person", "note": "三项统计相减可推断单个企业营收"}
    answered = played.ask(GROUPED)
    read = answered.headers["content-location"].removeprefix("/api/v1")

    ordered = played.call("POST", "/stops", Role.OPERATOR, asked)
    assert ordered.status_code == 201, ordered.text
    stop = ordered.json()["stop"]
    assert (stop["state"], stop["scope"], stop["within"]) == ("ordered", "resource", None)
    try:
        for refused in (played.ask(GROUPED), played.call("GET", read, Role.DEVELOPER)):
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/processing-stopped")
            assert "市大数据主管部门" in refused.json()["remedy"]
        early = played.call("POST", f"/stops/{stop['id']}/lifting", Role.BUREAU, {"reason": "已排除"})
        assert (early.status_code, early.json()["type"]) == (409, "/problems/move-not-allowed")
    finally:
        risk = {"risk": "三项统计相减", "measures": "已停止并排查"}
        reported = played.call("POST", f"/stops/{stop['id']}/report", Role.OPERATOR, risk)
        lifted = played.call("POST", f"/stops/{stop['id']}/lifting", Role.BUREAU, {"reason": "已排除"})
    assert (reported.json()["state"], lifted.json()["state"]) == ("reported", "lifted")
    assert played.ask(GROUPED).status_code == 200
    assert stop["id"] in {told["id"] for told in played.call("GET", "/stops", Role.BUREAU).json()["items"]}


@pytest.mark.article("M 18", "refused")
def test_neither_operator_nor_developer_lifts_a_stop_and_a_stranger_orders_none(played: Played) -> None:
    stop = played.call("POST", "/stops", Role.BUREAU, {"scope": "scenario", "target": "none", "note": "险"})
    assert (stop.status_code, stop.json()["type"]) == (404, "/problems/no-such-thing")
    for role in (Role.OPERATOR, Role.DEVELOPER):
        refused = played.call("POST", "/stops/none/lifting", role, {"reason": "已排除"})
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-permitted")
    others = {"scope": "organisation", "target": "operator", "note": "险"}
    refused = played.call("POST", "/stops", Role.DEVELOPER, others)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-a-party")
