"""The drawn page shows the tables as they are."""

from pathlib import Path

from policies.charts import diagram, page
from policies.model import APPLICATION_MOVES, ApplicationState
from policies.roles import official_roles

PAGE = Path(__file__).parents[2] / "docs" / "procedure.md"


def test_the_page_of_the_procedure_is_not_stale() -> None:
    stale = "docs/procedure.md is stale: .venv/bin/python -m policies.charts > docs/procedure.md"
    assert PAGE.read_text(encoding="utf-8") == page(official_roles()), stale


def test_a_diagram_shows_every_state_and_every_move_once() -> None:
    lines = list(diagram(APPLICATION_MOVES))
    assert sum(" : " in line for line in lines) == len(APPLICATION_MOVES)
    assert sum(" as " in line for line in lines) == len(ApplicationState)
    assert "    submitted --> approved : 通过 approve" in lines
    assert "    [*] --> draft" in lines
    assert [line for line in lines if line.endswith("--> [*]")] == [
        "    withdrawn --> [*]",
        "    approved --> [*]",
        "    refused --> [*]",
    ]
