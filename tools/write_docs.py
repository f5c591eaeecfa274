"""Write the generated pages of the documentation anew; the tests fail where one is stale."""

from pathlib import Path

from sandbox.gate.reference import PAGES

DOCS = Path(__file__).resolve().parents[1] / "docs"

for name, page in PAGES.items():
    (DOCS / name).write_text(page(), "utf-8")
