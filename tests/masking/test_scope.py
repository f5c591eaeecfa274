"""What the page on scope says stands, and what loading the recognisers costs."""

import subprocess
import sys
from pathlib import Path

from masking.model import Kind
from masking.techniques import NAMES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_on_scope_speaks_of_every_kind_and_every_technique() -> None:
    page = (ROOT / "docs/masking-scope.md").read_text(encoding="utf-8")
    assert [word for word in (*Kind, *NAMES) if f"`{word}`" not in page] == []


def test_presidio_is_loaded_only_when_the_first_text_is_read() -> None:
    code = (
        "import sys, masking.recognise, masking.rules; from masking.adapters.presidio import PresidioScan as S; S(); "
        "print(sorted({'presidio_analyzer', 'spacy', 'rjieba'} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
