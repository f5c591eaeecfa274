"""References between resources: declared ones are checked, others measured."""

from pathlib import Path

import pytest

from catalog.arrival import Arrival, Supply
from catalog.errors import LinkUntrue
from catalog.model import Link, Use
from tests.catalog.factories import arrive, csv_file, declared, said

FIRMS = [f"firm-{number:03d}" for number in range(100)]
GONE = [f"gone-{number}" for number in range(10)]


def firms(tmp_path: Path) -> Supply:
    """A register of a hundred firms."""
    path = csv_file(tmp_path, "code,size", *(f"{firm},{place}" for place, firm in enumerate(FIRMS)), name="firm.csv")
    return Supply(declared("firm", privacy_unit="code"), path)


def staff(tmp_path: Path, employers: list[str], **changes: object) -> Supply:
    """People, one for each employer."""
    lines = (f"{110105194912310000 + place},{firm}" for place, firm in enumerate(employers))
    path = csv_file(tmp_path, "id_card,employer", *lines, name="staff.csv")
    return Supply(declared("staff", privacy_unit="id_card", **changes), path)


def test_the_generated_people_refer_to_their_enterprises(arrivals: dict[str, Arrival]) -> None:
    assert Link("enterprise_uscc", "enterprise", "uscc") in arrivals["person"].resource.links
    assert arrivals["enterprise_annual"].resource.links == (Link("uscc", "enterprise", "uscc"),)


def test_a_dimension_refers_to_the_open_table_that_lists_it(arrivals: dict[str, Arrival]) -> None:
    assert Link("district", "xiamen_district", "name") in arrivals["person"].resource.links
    assert arrivals["person"].resource.column("district").kind is None


def test_a_column_refers_where_95_in_a_hundred_of_its_values_are_units_of_another(tmp_path: Path) -> None:
    people, register = arrive(tmp_path, staff(tmp_path, [*FIRMS[:95], *GONE[:5]]), firms(tmp_path))
    assert people.resource.links == (Link("employer", "firm", "code"),)
    assert people.resource.column("employer").kind == register.resource.column("code").kind
    assert people.resource.column("employer").uses == {Use.JOIN}
    assert any("firm.code" in note.zh for note in people.notes)


def test_a_column_does_not_refer_where_fewer_of_its_values_are(tmp_path: Path) -> None:
    people, _ = arrive(tmp_path, staff(tmp_path, [*FIRMS[:94], *GONE[:6]]), firms(tmp_path))
    assert people.resource.links == ()


def test_an_inferred_reference_leaves_declared_uses_as_they_are(tmp_path: Path) -> None:
    supply = staff(tmp_path, FIRMS, columns=(said("employer", uses=frozenset()),))
    people, _ = arrive(tmp_path, supply, firms(tmp_path))
    assert people.resource.links == (Link("employer", "firm", "code"),)
    assert people.resource.column("employer").uses == frozenset()


def test_a_declared_reference_holds_however_few_values_agree(tmp_path: Path) -> None:
    supply = staff(tmp_path, ["elsewhere"], links=(Link("Employer", "FIRM", "code"),))
    people, _ = arrive(tmp_path, supply, firms(tmp_path))
    assert people.resource.links == (Link("employer", "firm", "code"),)


@pytest.mark.parametrize(
    "link", [Link("employer", "firms", "code"), Link("employer", "firm", "size"), Link("boss", "firm", "code")]
)
def test_a_declared_reference_to_nothing_unique_is_refused(tmp_path: Path, link: Link) -> None:
    with pytest.raises(LinkUntrue):
        arrive(tmp_path, staff(tmp_path, FIRMS, links=(link,)), firms(tmp_path))


def test_nothing_refers_to_a_unit_that_stands_in_several_rows(tmp_path: Path) -> None:
    supply = firms(tmp_path)
    csv_file(tmp_path, "code,size", *(f"{firm},1" for firm in FIRMS * 2), name="firm.csv")
    people, register = arrive(tmp_path, staff(tmp_path, FIRMS), supply)
    assert not register.version.unit_unique
    assert people.resource.links == ()
