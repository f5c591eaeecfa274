"""Kill -9 at random points of every part, under load, with every kind of trouble: the log is whole afterwards.

`make torture KILLS=1000` does more of it and prints a report.
"""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from api import parts_logs
from api.demo.parties import enrol
from api.schema import migrate
from api.settings import Settings
from api.wiring import Platform, compose
from api.wiring_logs import RECEIVER as PLATFORM
from api.wiring_logs import checkpoints_of
from logs.errors import Refusal
from logs.model import Role
from logs.service import backlog
from tests.logs.receivers import free_port
from tests.torture.house import PARTS, House
from tests.torture.judgement import Judgement, judged
from tests.torture.load import Load, noted

KILLS = int(os.environ.get("KILLS", "20"))
PACE = 1.0  # seconds between kills, on average
PATIENCE = 120 + KILLS / 2  # seconds until all is delivered


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    ports = {"port": free_port(), "receiver_port": free_port()}
    settings = Settings(state=tmp_path / "state", log_room_minutes=10_000, workers=1, log_level="error", **ports)
    return compose(settings)


@pytest.mark.article("M 22", "allowed")
def test_whatever_is_killed_and_whatever_fails_nothing_committed_is_missing_at_the_receiver(
    platform: Platform,
) -> None:
    migrate(platform.engine)
    tokens = enrol(platform, days=366, at=platform.clock() - timedelta(days=2), new_id=lambda: uuid4().hex)
    seed = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 - chance to repeat, not a secret
    house = House(platform.settings, chance)
    for part in PARTS:
        house.start(part)
    address = f"http://127.0.0.1:{platform.settings.port}"
    try:
        with Load(address, tokens[Role.DEVELOPER], callers=2) as load:
            until(lambda: bool(load.done), 60)
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 2 * PACE))
                house.tend()
                part = chance.choice(PARTS)
                house.kill(part)
                house.start(part, house.trouble_for(part))
        house.restart_all()
        settle(platform)
    finally:
        house.stop()
    done = load.done | noted(platform.settings)
    found = judged(platform.settings, platform.engine, done, key=checkpoints_of(platform.secrets).signer.key)
    platform.close()
    told(house, load, found, seed=seed, seconds=time.monotonic() - began)
    assert sum(house.kills.values()) >= KILLS


def settle(platform: Platform) -> None:
    """Until everything is delivered, and the receiver has handed everything back."""

    def delivered() -> bool:
        return backlog(platform.ledger_view, PLATFORM).count == 0

    until(delivered, PATIENCE)
    for _ in range(100):
        try:
            if parts_logs.audit(platform.settings) == 0:
                return
        except Refusal:
            time.sleep(0.5)
        until(delivered, PATIENCE)
    raise AssertionError("the receiver never held everything")


def until(holds: object, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < ends, "not within the time given"
        time.sleep(0.1)


def told(house: House, load: Load, found: Judgement, *, seed: int, seconds: float) -> None:
    """The report, on standard error, and in the file that `REPORT` names."""
    lines = [
        f"torture: {sum(house.kills.values())} kills in {seconds:.0f} s, seed {seed}",
        f"  killed: {dict(house.kills)}; ended by themselves: {dict(house.ended)}",
        f"  troubles: {dict(house.troubles)}",
        f"  answers to callers: {dict(load.answers)}",
        f"  committed {found.demanded}, received {found.records} records, missing 0, twice 0, chain verified, "
        f"{found.checkpoints} checkpoints",
        f"  losses by the receiver found and mended: {found.redelivered}; refused deliveries: {dict(found.incidents)}",
    ]
    text = "\n".join(lines) + "\n"
    sys.stderr.write(text)
    if place := os.environ.get("REPORT"):
        Path(place).write_text(text, encoding="utf-8")
