"""Whatever goes wrong is one RFC 9457 problem, told in the caller's language, from one table."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.statuses import BY_SLUG, STATUS
from logs.errors import Refusal

PACKAGES = ("api", "sandbox", "policies", "catalog", "masking", "logs")


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


@pytest.fixture(scope="module")
def refusals() -> tuple[type[Refusal], ...]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    return tuple(kind for kind in _below(Refusal) if kind.__module__.split(".")[0] in PACKAGES)


def test_every_refusal_of_every_package_has_a_status_and_a_docstring(refusals: tuple[type[Refusal], ...]) -> None:
    assert [f"{kind.__module__}.{kind.__name__}" for kind in refusals if kind not in STATUS] == []
    assert [kind.__name__ for kind in refusals if not (kind.__doc__ or "").strip()] == []


def test_no_two_refusals_share_a_type() -> None:
    assert len(BY_SLUG) == len(STATUS)


def test_every_type_is_a_page_in_both_languages_and_as_json(client: TestClient) -> None:
    for slug, kind in BY_SLUG.items():
        for language in ("zh", "en"):
            page = client.get(f"/problems/{slug}", headers={"Accept": "text/html", "Accept-Language": language})
            assert page.status_code == 200
            assert kind.title[language] in page.text.replace("&#x27;", "'")
        told = client.get(f"/problems/{slug}", headers={"Accept": "application/json"}).json()
        assert told["status"] == str(STATUS[kind])
    assert all(slug in client.get("/problems").text for slug in BY_SLUG)


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "no-such-path"),
        ("GET", "/problems/nowhere", 404, "no-such-path"),
        ("DELETE", "/docs", 405, "method-not-allowed"),
        ("GET", "/api/v1/catalog", 401, "token-missing"),
    ],
)
def test_faults_of_the_address_are_problems_too(
    client: TestClient, method: str, path: str, status: int, slug: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{slug}"
    assert {"title", "status", "detail", "instance"} <= answer.json().keys()


def test_a_problem_is_told_in_chinese_unless_english_is_preferred(client: TestClient) -> None:
    assert client.get("/api/v1/catalog").json()["title"] == "缺少访问令牌"
    english = client.get("/api/v1/catalog", headers={"Accept-Language": "en-GB, zh;q=0.5"})
    assert english.json()["title"] == "No access token"
    assert english.headers["content-language"] == "en"


def test_a_fault_shows_a_number_and_none_of_its_insides(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("350203199001011234")

    monkeypatch.setattr("api.calls.digest", broken)
    answer = client.get("/api/v1/catalog", headers={"Authorization": "Bearer xds_x"})
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-fault"
    assert "350203" not in answer.text
    assert "Traceback" not in answer.text


def test_a_body_of_a_megabyte_is_refused_before_anything_reads_it(client: TestClient) -> None:
    sql = "SELECT 1 -- " + "x" * 1_048_576
    answer = client.post("/api/v1/queries", json={"agreement": "a", "sql": sql})
    assert answer.status_code == 413
    assert answer.json()["limit"] == 262_144


def test_a_body_that_grows_without_saying_so_is_refused_as_well(client: TestClient) -> None:
    answer = client.post("/api/v1/queries", content=(b"x" * 65_536 for _ in range(16)))
    assert answer.status_code == 413


def test_pages_and_answers_carry_a_strict_content_security_policy(client: TestClient) -> None:
    for path in ("/docs", "/problems", "/openapi.json", "/api/v1/catalog"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_the_docs_need_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "://" not in page
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "favicon-32x32.png"):
        assert f'"/docs/{name}"' in page
        assert client.get(f"/docs/{name}").status_code == 200
