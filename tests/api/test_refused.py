"""The refused path of every route: without a token, with an ended one, in a role that may not, and badly put."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.app import create_app
from api.identity import PLATFORM, digest, draw, issue
from api.schemas.common import Asked, Told
from api.settings import Settings
from api.wiring import compose
from logs.model import Actor, ActorId, EventId, OrganisationId, Role
from policies.courses import COURSES
from policies.roles import official_roles
from tests.api.conftest import Played

OPEN = frozenset({"/health"})
EVERYBODY = frozenset(
    {
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/me/key"),
        ("GET", "/api/v1/deadlines"),
        ("PUT", "/api/v1/me/contact"),
        ("GET", "/api/v1/reminders"),
        ("GET", "/api/v1/trainings"),
        ("GET", "/api/v1/catalog"),
        ("GET", "/api/v1/catalog/{id}"),
        ("GET", "/api/v1/catalog/{id}/sample"),
        ("GET", "/api/v1/rules"),
        ("GET", "/api/v1/access-rules"),
        ("GET", "/api/v1/scenarios"),
        ("GET", "/api/v1/scenarios/{id}"),
    }
)
"""Calls that every party may make; of the others a provider may make none but these."""
PROVIDERS = frozenset(
    {
        ("GET", "/api/v1/resources"),
        ("GET", "/api/v1/resources/{id}"),
        ("GET", "/api/v1/resources/{id}/reidentification"),
        ("POST", "/api/v1/consents/{id}/withdrawal"),
        ("GET", "/api/v1/contributions"),
    }
) | frozenset(
    (method, f"/api/v1/{course.path}{path}")
    for course in COURSES
    for method, path, verb in (
        ("GET", "", "view"),
        ("GET", "/{id}", "view"),
        ("POST", "", course.opening.verb),
        *(("POST", f"/{{id}}/{act.path}", act.verb) for act in course.acts),
    )
    for rule in official_roles().rules
    if (rule.kind, rule.verb) == (course.noun, verb) and Role.PROVIDER in rule.roles
)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    composed = compose(Settings(state=tmp_path_factory.mktemp("document")))
    told: dict[str, Any] = create_app(composed).openapi()
    composed.close()
    return told


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def concrete(path: str) -> str:
    return re.sub(r"\{(number|seq)\}", "1", re.sub(r"\{(id|organisation)\}", "none", path))


def example(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Any:
    """A body out of the examples that the document gives."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    return _example(document, content["application/json"]["schema"])


def _example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "object":
        wanted = schema.get("required", [])
        return {name: _example(document, part) for name, part in schema.get("properties", {}).items() if name in wanted}
    if schema.get("type") == "array":
        return [_example(document, schema["items"])]
    if "enum" in schema:
        return schema["enum"][0]
    return "x"


def ask(played: Played, method: str, path: str, body: Any, token: str | None) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if path == "/api/v1/arrivals":
        files = [("manifest", ("dataset.toml", io.BytesIO(b""))), ("files", ("a.csv", io.BytesIO(b"a\n1\n")))]
        return played.client.request(method, path, files=files, headers=headers)
    if (method, path) == ("POST", "/api/v1/agreements/{id}/files"):
        said = {"name": "x", "title": "x", "source": "x", "right": "own", "evidence": "x"}
        sent = {"file": ("a.csv", io.BytesIO(b"a\n1\n"))}
        return played.client.request(method, concrete(path), data=said, files=sent, headers=headers)
    return played.client.request(method, concrete(path), json=body, headers=headers)


@pytest.mark.article("M 6", "refused")
def test_no_route_answers_without_a_token(played: Played, document: Mapping[str, Any]) -> None:
    answered = [
        (method, path)
        for method, path, operation in operations(document)
        if path not in OPEN
        and ask(played, method, path, example(document, operation), None).json().get("type")
        != "/problems/token-missing"
    ]
    assert answered == []


def test_no_route_answers_an_ended_token(played: Played, document: Mapping[str, Any]) -> None:
    text, at = draw(), played.platform.clock()
    to = Actor(ActorId("chen-min"), OrganisationId("lujiang-data"), Role.DEVELOPER)
    kept = digest(text, secret=played.platform.secrets.tokens)
    issue(played.platform.begin, kept, to=to, by=PLATFORM, at=at, until=at - timedelta(1), event=EventId("ended"))
    answered = [
        (method, path)
        for method, path, operation in operations(document)
        if path not in OPEN
        and ask(played, method, path, example(document, operation), text).json().get("type")
        != "/problems/token-expired"
    ]
    assert answered == []


def test_a_role_that_may_not_is_refused_by_every_other_route(played: Played, document: Mapping[str, Any]) -> None:
    wrong = []
    for method, path, operation in operations(document):
        if path in OPEN or (method, path) in EVERYBODY | PROVIDERS:
            continue
        answer = ask(played, method, path, example(document, operation), played.tokens[Role.PROVIDER])
        if (answer.status_code, answer.json().get("type")) != (403, "/problems/not-permitted"):
            wrong.append((method, path, answer.status_code, answer.json().get("detail")))
    assert wrong == []


def test_a_token_of_somebody_who_no_longer_acts_is_refused(played: Played) -> None:
    text, at = draw(), played.platform.clock()
    nobody = Actor(ActorId("nobody"), OrganisationId("lujiang-data"), Role.DEVELOPER)
    kept = digest(text, secret=played.platform.secrets.tokens)
    until = at + timedelta(hours=1)
    issue(played.platform.begin, kept, to=nobody, by=PLATFORM, at=at, until=until, event=EventId("nobody"))
    body = {"agreement": played.agreement, "sql": "SELECT count(*) FROM person"}
    answer = played.client.post("/api/v1/queries", json=body, headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-acting")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body.agreement"),
        ({"agreement": "a"}, "body.sql"),
        ({"agreement": "a", "sql": ""}, "body.sql"),
        ({"agreement": "a", "sql": 1}, "body.sql"),
        ({"agreement": "a", "sql": "SELECT 1", "more": "secret-value"}, "body.more"),
        (["a"], "body"),
    ],
)
def test_a_malformed_request_is_told_by_place_and_without_its_values(played: Played, body: Any, place: str) -> None:
    answer = played.call("POST", "/queries", Role.DEVELOPER, body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problems/request-malformed")
    assert place in {reason["place"] for reason in problem["reasons"]}
    assert "secret-value" not in answer.text


def test_every_call_has_a_summary_a_description_and_its_refusals(document: Mapping[str, Any]) -> None:
    bare = [
        (method, path)
        for method, path, operation in operations(document)
        if not operation.get("summary") or not operation.get("description")
    ]
    assert bare == []
    assert all(operation.get("tags") for _, _, operation in operations(document))


def test_every_example_is_what_its_schema_asks_for() -> None:
    wrong = []
    for model in (*_below(Asked), *_below(Told)):
        for told in _examples(model.model_config.get("json_schema_extra")):
            wrong += _faults(model.__name__, TypeAdapter(model), told)
        for name, field in model.model_fields.items():
            checking: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, Field(), *field.metadata])
            for told in field.examples or ():
                wrong += _faults(f"{model.__name__}.{name}", checking, told)
    assert wrong == []


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from _below(child)


def _examples(extra: object) -> list[Any]:
    found = extra.get("examples", []) if isinstance(extra, dict) else []
    return found if isinstance(found, list) else []


def _faults(name: str, checking: TypeAdapter[Any], told: object) -> list[tuple[str, int]]:
    try:
        checking.validate_json(json.dumps(told, default=str))
    except ValidationError as wrong:
        return [(name, wrong.error_count())]
    return []
