"""The documentation's lists are the gate's own."""

from pathlib import Path

import pytest

from sandbox.gate.reference import PAGES

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_gate_would_write(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), f"stale: write docs/{name} anew with `make docs`"
