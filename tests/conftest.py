"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the project's root; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real input is absent: no folder {SHARED.name} beside the project")
    return SHARED
