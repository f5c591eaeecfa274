"""Callers who keep asking whatever happens, and remember what they were told was done."""

import os
import threading
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy.exc import OperationalError

from api.demo.parties import CAST
from api.settings import Settings
from api.wiring import Clock, compose
from logs.model import Actor, ActorId, OrganisationId, Role
from policies import service
from policies.model import ScenarioId

CREATED = 201


class Load:
    """Threads that demand scenarios over REST; `done` are the ids of those that the platform said were done."""

    def __init__(self, address: str, token: str, *, callers: int) -> None:
        self._address, self._token = address, token
        self._over = threading.Event()
        self._numbers = count()
        self.done: set[str] = set()
        self.answers: Counter[str] = Counter()
        self._callers = [threading.Thread(target=self._call) for _ in range(callers)]

    def __enter__(self) -> "Load":
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._over.set()
        for caller in self._callers:
            caller.join()

    def _call(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=self._address, headers=headers, timeout=10, trust_env=False) as client:
            while not self._over.is_set():
                number = next(self._numbers)
                wanted = {"category": f"类{number}", "title": f"题{number}", "purpose": "查询" * 40}
                try:
                    answer = client.post("/api/v1/scenarios", json=wanted)
                except httpx.HTTPError as error:
                    self.answers[type(error).__name__] += 1
                    self._over.wait(0.1)
                    continue
                if answer.status_code == CREATED:
                    self.done.add(answer.json()["id"])
                    self.answers["done"] += 1
                else:
                    self.answers[answer.json()["type"]] += 1
                    self._over.wait(0.05)


def demand_for_ever(settings: Settings, *, clock: Clock) -> None:
    """A second process on the same database that does what the service does, without the service before it.

    What was committed is noted in a file only afterwards, so that whatever stands there must be found.
    """
    part = next(part for part in CAST if part.role is Role.DEVELOPER)
    by = Actor(ActorId(part.person), OrganisationId(part.organisation), part.role)
    platform = compose(settings, clock=clock)
    notes = os.open(noted_in(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        id = uuid4().hex
        with suppress(OperationalError):  # a full disk, a busy database: asked again
            service.demand_scenario(
                platform.begin, ScenarioId(id), category=id, title=id, purpose="查询", by=by, at=platform.clock()
            )
            os.write(notes, f"{id}\n".encode())
        time.sleep(0.01)


def noted_in(settings: Settings) -> Path:
    """Where the second process notes what it has committed."""
    return settings.state / "run" / "committed"


def noted(settings: Settings) -> set[str]:
    """What it has committed for certain."""
    whole = noted_in(settings).read_bytes().rpartition(b"\n")[0]
    return set(whole.decode().split("\n")) - {""}
