"""Who plays: the seven parties of the Measure, each with an organisation, a person, a token and a key to sign with."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from api.faults import StoryBroken
from api.identity import PLATFORM, digest, draw, issue
from api.wiring import Platform
from logs.errors import Language
from logs.model import Actor, ActorId, EventId, OrganisationId, Role
from policies import service
from policies.model import Nature, Organisation

ERROR = 400


@dataclass(frozen=True, slots=True)
class Part:
    """One party: its role, organisation and person."""

    role: Role
    organisation: str
    zh: str
    en: str
    person: str
    person_zh: str
    code: str = ""

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.zh if language == "zh" else self.en


CAST = (
    Part(Role.BUREAU, "data-bureau", "市数据管理局", "Data bureau", "lin-hui", "林慧"),
    Part(Role.INFO_CENTER, "info-center", "市信息中心", "Information centre", "wu-jun", "吴军"),
    Part(Role.OPERATOR, "operator", "一级开发主体", "Operator", "zheng-yi", "郑毅"),
    Part(Role.DEVELOPER, "lujiang-data", "鹭江数据（二级开发主体）", "Lujiang Data (developer)", "chen-min", "陈敏"),
    Part(Role.REVIEWER, "third-party", "第三方审核机构", "Third-party reviewer", "huang-lei", "黄蕾"),
    Part(Role.PROVIDER, "provider", "数据提供单位", "Data provider", "xu-na", "许娜"),
    Part(Role.REGULATOR, "regulator", "监管部门", "Regulator", "su-wen", "苏文"),
)


def enrol(house: Platform, *, days: int, at: datetime, new_id: Callable[[], str]) -> Mapping[Role, str]:
    """Put the cast on record, as the platform's operator does once by `python -m api token`; their tokens by role."""
    tokens = {}
    for part in CAST:
        organisation, person = OrganisationId(part.organisation), ActorId(part.person)
        wanted = Organisation(
            id=organisation,
            title=part.zh,
            nature=Nature.LEGAL_PERSON,
            roles=frozenset({part.role}),
            code=part.code,
        )
        service.register_organisation(house.begin, wanted, by=PLATFORM, at=at)
        service.appoint(
            house.begin,
            person,
            title=part.person_zh,
            organisation=organisation,
            role=part.role,
            by=PLATFORM,
            at=at,
        )
        text = draw()
        issue(
            house.begin,
            digest(text, secret=house.secrets.tokens),
            to=Actor(person, organisation, part.role),
            by=PLATFORM,
            at=at,
            until=at + timedelta(days=days),
            event=EventId(new_id()),
        )
        tokens[part.role] = text
    return tokens


Connect = Callable[[str, Language], httpx.Client]
"""A client that carries that token and reads that language."""


def over_http(address: str) -> Connect:
    """Clients of a service at that address."""

    def connect(token: str, language: Language) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        return httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=300.0, trust_env=False)

    return connect


class Party:
    """Speaks to the platform over REST, as anybody would."""

    def __init__(self, part: Part, client: httpx.Client, language: Language) -> None:
        self.part = part
        self.name = part.name(language)
        self._client = client

    def get(self, path: str, **params: Any) -> Any:
        """What is there; raises `StoryBroken`."""
        return self._told(self._client.get(path, params=params))

    def post(self, path: str, asked: Mapping[str, Any] | None = None) -> Any:
        """Do something; raises `StoryBroken`."""
        return self._told(self._client.post(path, json=asked) if asked is not None else self._client.post(path))

    def send(self, path: str, asked: Mapping[str, Any] | None = None) -> httpx.Response:
        """Do something that may well be refused."""
        return self._client.post(path, json=asked)

    def hand_in(self, path: str, files: list[tuple[str, tuple[str, Any, str]]]) -> Any:
        """Send files; raises `StoryBroken`."""
        return self._told(self._client.post(path, files=files))

    def fetch(self, path: str, media_type: str) -> httpx.Response:
        """A file in some form; raises `StoryBroken`."""
        answer = self._client.get(path, headers={"Accept": media_type})
        self._require(answer)
        return answer

    def _told(self, answer: httpx.Response) -> Any:
        self._require(answer)
        return answer.json()

    def _require(self, answer: httpx.Response) -> None:
        if answer.status_code >= ERROR:
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            said = f"{problem.get('title', '')} {problem.get('detail', '')} {problem.get('remedy', '')}".strip()
            raise StoryBroken(self.name, f"{answer.request.method} {answer.request.url.path}", answer.status_code, said)


class Cast:
    """All parties at once."""

    def __init__(self, connect: Connect, tokens: Mapping[Role, str], language: Language) -> None:
        self._stack = ExitStack()
        self._parties = {
            part.role: Party(part, self._stack.enter_context(connect(tokens[part.role], language)), language)
            for part in CAST
        }

    def __getitem__(self, role: Role) -> Party:
        return self._parties[role]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def evidence(valid_until: date) -> list[dict[str, str]]:
    """What the developer presents for the six conditions of Article 15."""
    titles = {
        "capability": "高新技术企业证书与近三年审计报告",
        "security_officer": "数据安全负责人任命书与内部管理制度",
        "data_management": "数据管理能力成熟度（DCMM）二级证书",
        "no_incident": "近三年无网络与数据安全事件承诺书",
        "credit": "信用信息报告",
        "protection_grade": "网络安全等级保护三级备案证明",
    }
    return [
        {
            "condition": condition,
            "title": title,
            "digest": digest(title, secret=b"demo"),
            "valid_until": valid_until.isoformat(),
        }
        for condition, title in titles.items()
    ]
