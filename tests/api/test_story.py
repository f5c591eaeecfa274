"""The story that the platform is for, over the real application, database and workers."""

import csv
import io
import re

import pytest
from pyarrow import ipc, parquet

from api.demo import questioning
from logs.model import Role
from tests.api.conftest import Played

GROUPED = "SELECT district, count(*) AS n FROM person GROUP BY district ORDER BY district"


@pytest.mark.article("M 6", "allowed")
def test_a_grouped_count_is_answered_with_a_safe_statistic(played: Played) -> None:
    answer = played.ask(GROUPED)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [column["name"] for column in told["columns"]] == ["district", "n"]
    assert len(told["rows"]) == 6
    assert abs(sum(row[1] for row in told["rows"]) - 2000) <= 6 * 5
    assert told["state"] == "answered"


def test_an_answer_carries_the_rules_version_and_the_error_to_expect_of_each_column(played: Played) -> None:
    sql = "SELECT district, count(*) AS n, sum(income) / count(DISTINCT id_card) AS each_has FROM person GROUP BY 1"

    told = played.ask(sql).json()

    assert told["rules"]["version"].startswith("disclosure-")
    assert len(told["rules"]["digest"]) == 64
    assert told["hidden_cells"] == "under 20"
    assert [(each["column"], each["figure"]) for each in told["errors"]] == [
        ("n", "count(*)"),
        ("each_has", "sum(person.income)"),
        ("each_has", "count distinct(person.id_card)"),
    ]
    assert [each["absolute"] for each in told["errors"]] == [1.4, None, 1.4]
    assert 0 < told["errors"][1]["share"] <= 0.3
    seen = played.call("GET", f"/queries/{told['id']}", Role.DEVELOPER).json()
    assert (seen["rules"], seen["errors"]) == (told["rules"], told["errors"])


def test_asking_again_changes_nothing(played: Played) -> None:
    other = "SELECT p.district AS d, count(*) AS n FROM person AS p WHERE TRUE GROUP BY p.district ORDER BY d"
    assert played.ask(GROUPED).json()["rows"] == played.ask(other).json()["rows"]


def test_small_cells_do_not_appear_and_that_they_are_hidden_is_told(played: Played) -> None:
    told = played.ask("SELECT district, age, industry, count(*) AS n FROM person GROUP BY ALL").json()
    assert told["hidden_cells"] == "≥100"
    assert all(row[3] >= 5 for row in told["rows"])


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("SELECT * FROM person", "raw-rows"),
        ("SELECT name FROM person", "unknown-column"),
        ("SELECT * FROM read_csv('/etc/passwd')", "unknown-function"),
        ("SELECT 1; DROP TABLE person", "second-statement"),
        ("DROP TABLE person", None),
        ("SELECT count(*) FROM secret_table", None),
        ("SELECT (((((", None),
    ],
)
def test_what_is_not_lawful_is_refused_with_every_reason(played: Played, sql: str, rule: str | None) -> None:
    answer = played.ask(sql)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/query-not-lawful"
    assert problem["reasons"]
    assert all(reason["message"] and reason["rule"] for reason in problem["reasons"])
    if rule is not None:
        assert rule in {reason["rule"] for reason in problem["reasons"]}


def test_a_refusal_is_told_in_english_to_those_who_read_it(played: Played) -> None:
    problem = played.ask("SELECT * FROM person", **{"Accept-Language": "en"}).json()
    assert problem["title"] == "The query is not lawful and was not run"
    assert not re.search("[一-鿿]", problem["detail"])


def test_the_verdict_traces_columns_and_uses_without_running(played: Played) -> None:
    asked = {"agreement": played.agreement, "sql": "SELECT district, avg(income) AS m FROM person GROUP BY district"}
    verdict = played.call("POST", "/queries/check", Role.DEVELOPER, asked).json()
    assert verdict["lawful"]
    assert verdict["uses"] == ["person.district=group", "person.income=aggregate"]
    assert verdict["columns"][1]["sources"] == ["person.income"]
    assert verdict["releases"][0]["units"] == ["resident_id"]
    refused = played.call("POST", "/queries/check", Role.DEVELOPER, {**asked, "sql": "SELECT name FROM person"})
    assert refused.status_code == 422


def test_a_result_comes_as_csv_parquet_and_arrow_with_the_same_rows(played: Played) -> None:
    told = played.ask(GROUPED).json()
    where = f"/queries/{told['id']}/result"
    as_csv = played.call("GET", where, Role.DEVELOPER, Accept="text/csv")
    rows = list(csv.reader(io.StringIO(as_csv.text)))[1:]
    assert [[name, int(count)] for name, count in rows] == told["rows"]
    as_parquet = played.call("GET", where, Role.DEVELOPER, Accept="application/vnd.apache.parquet")
    table = parquet.read_table(io.BytesIO(as_parquet.content))
    assert [list(row.values()) for row in table.to_pylist()] == told["rows"]
    as_arrow = played.call("GET", where, Role.DEVELOPER, Accept="application/vnd.apache.arrow.stream")
    assert ipc.open_stream(as_arrow.content).read_all().num_rows == 6
    assert played.call("GET", where, Role.DEVELOPER, Accept="text/html").status_code == 406
    assert played.ask(GROUPED, Accept="text/csv").headers["content-type"].startswith("text/csv")


def test_an_answer_is_seen_by_nobody_but_whoever_asked(played: Played) -> None:
    id = played.ask(GROUPED).json()["id"]
    assert played.call("GET", f"/queries/{id}", Role.BUREAU).status_code == 200
    for role in (Role.BUREAU, Role.OPERATOR, Role.PROVIDER, Role.REVIEWER):
        assert played.call("GET", f"/queries/{id}/result", role).status_code in {403, 404}
    assert played.call("GET", "/queries/none", Role.DEVELOPER).status_code == 404


def test_an_output_leaves_only_after_its_reviewer_let_it_out(played: Played) -> None:
    query = played.ask(GROUPED).json()["id"]
    asked = {"query": query, "title": "各区人数", "purpose": "报告"}
    output = played.call("POST", "/outputs", Role.DEVELOPER, asked).json()
    where = f"/outputs/{output['id']}"
    assert played.call("GET", f"{where}/download", Role.DEVELOPER).status_code == 403
    assert played.call("POST", f"{where}/release", Role.DEVELOPER, {"reason": "ok"}).status_code == 403
    assert played.call("POST", f"{where}/reviewer", Role.OPERATOR, {"reviewer": "huang-lei"}).status_code == 201
    assert len(played.call("GET", f"{where}/review", Role.REVIEWER).json()["rows"]) == 6
    released = played.call("POST", f"{where}/release", Role.REVIEWER, {"reason": "ok"})
    assert released.json()["state"] == "released"
    assert played.call("GET", f"{where}/download", Role.DEVELOPER, Accept="text/csv").status_code == 200
    assert played.call("GET", f"{where}/download", Role.OPERATOR).status_code == 403
    assert played.call("POST", f"{where}/release", Role.REVIEWER, {"reason": "again"}).status_code == 409


def test_the_story_is_told_from_the_query_to_the_release(played: Played) -> None:
    answered = questioning.query(played.stage, played.agreement, played.resources)
    questioning.review(played.stage, answered)
    said = played.said.getvalue()
    for word in ("得到安全的统计结果", "raw-rows", "second-statement", "read_csv", "审核通过并放行", "下载 CSV"):
        assert word in said
    assert "second-lock" not in said


def test_sample_data_and_the_catalog_show_nobody(played: Played) -> None:
    listed = played.call("GET", "/catalog", Role.DEVELOPER).json()["items"]
    person = next(entry for entry in listed if entry["id"] == "person")
    assert person["rows_about"] == 2000
    sample = played.call("GET", "/catalog/person/sample", Role.DEVELOPER).json()
    assert sample["origin"] == "synthetic"
    assert played.call("GET", "/catalog/nothing", Role.DEVELOPER).status_code == 404


def test_who_answers_for_a_sample_sees_how_far_it_lets_anybody_be_told_apart(played: Played) -> None:
    report = played.call("GET", "/resources/person/reidentification", Role.OPERATOR).json()
    assert {"district", "age", "gender", "industry"} <= set(report["quasi"])
    assert report["rows"] == 20
    assert 1 <= report["k"] <= 20
    assert report["matching_few"] <= report["matching"] <= 20
    assert played.call("GET", "/resources/person/reidentification", Role.DEVELOPER).status_code == 403
    assert "matching" not in played.call("GET", "/catalog/person/sample", Role.DEVELOPER).text
    absent = played.call("GET", "/resources/xiamen_district/reidentification", Role.OPERATOR)
    assert (absent.status_code, absent.json()["type"]) == (404, "/problems/no-reidentification-report")


def test_lists_come_page_by_page(played: Played) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        part = played.call("GET", f"/catalog?limit=4{cursor}", Role.DEVELOPER).json()
        seen += [entry["id"] for entry in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert seen == sorted({resource.id for resource in played.resources})
    first = played.call("GET", "/queries?limit=1", Role.DEVELOPER).json()
    then = played.call("GET", f"/queries?limit=1&cursor={first['next']}", Role.DEVELOPER).json()
    assert first["items"][0]["id"] != then["items"][0]["id"]
    assert played.call("GET", "/catalog?cursor=!", Role.DEVELOPER).status_code == 400


def test_health_needs_no_token_and_names_every_ring(played: Played) -> None:
    health = played.client.get("/health", headers={"Accept-Language": "en"}).json()
    assert {"landlock", "seccomp", "network", "engine"} <= {ring["name"] for ring in health["confinement"]}
    assert health["backlog"]["unsealed"] > 0
