"""Every refusal speaks both languages, and can be told from every other."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator

import pytest

from logs.errors import Refusal


@pytest.fixture(scope="module")
def refusals(packages: tuple[str, ...]) -> tuple[type[Refusal], ...]:
    """Each class of refusal that the six packages know."""
    for package in packages:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    return tuple(kind for kind in _below(Refusal) if kind.__module__.split(".")[0] in packages)


def test_every_refusal_has_a_title_in_chinese_and_in_english(refusals: tuple[type[Refusal], ...]) -> None:
    wordless = [kind.__qualname__ for kind in refusals if set(getattr(kind, "title", {})) < {"zh", "en"}]
    blank = [
        kind.__qualname__ for kind in refusals if not all(map(str.strip, getattr(kind, "title", {"": ""}).values()))
    ]
    assert wordless + blank == []


def test_every_refusal_says_in_its_docstring_when_it_happens(refusals: tuple[type[Refusal], ...]) -> None:
    assert [kind.__qualname__ for kind in refusals if not (kind.__doc__ or "").strip()] == []


def test_no_two_refusals_share_a_kind(refusals: tuple[type[Refusal], ...]) -> None:
    kinds = Counter(kind.__dict__["kind"] for kind in refusals if "kind" in kind.__dict__)
    assert [name for name, times in kinds.items() if times > 1] == []


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
