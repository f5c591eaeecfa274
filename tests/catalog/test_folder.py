"""Folders handed in: described ones, undescribed ones, and real bikes where they are there."""

import csv
import shutil
from pathlib import Path

import pytest

from catalog.adapters.folder import bikes, propose, read_folder
from catalog.arrival import Supply
from catalog.bike import BIKE_RIDE_END
from catalog.errors import FolderMissing, ManifestMissing, ManifestUnreadable, TableMissing
from catalog.manifest import NAME, parse
from catalog.model import Link, Use
from catalog.municipal import Generated
from masking.recognise import classify
from tests.catalog.factories import arrive, csv_file, rows, types


def write(folder: Path, each: Generated) -> None:
    """A generated resource as a file of commas."""
    with (folder / f"{each.declared.name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(each.cells)
        writer.writerows(zip(*each.cells.values(), strict=True))


def test_a_folder_described_by_the_example_arrives_as_declared(
    tmp_path: Path, shared: Path, generated: dict[str, Generated]
) -> None:
    for name in ("person", "enterprise"):
        write(tmp_path, generated[name])
    shutil.copy(shared / "dataset.example.toml", tmp_path / NAME)
    person, enterprise = arrive(tmp_path, *read_folder(tmp_path, recognise=classify))
    declared = {column.name: column.uses for column in generated["person"].declared.columns}
    assert {column.name: column.uses for column in person.resource.columns} == declared
    assert types(enterprise) == {column.name: column.type for column in generated["enterprise"].declared.columns}
    assert person.resource.links == (Link("enterprise_uscc", "enterprise", "uscc"),)
    assert person.version.rows == len(generated["person"].cells["id_card"])


def test_a_folder_without_manifest_is_refused_with_one_that_works(
    tmp_path: Path, generated: dict[str, Generated]
) -> None:
    for name in ("person", "enterprise"):
        write(tmp_path, generated[name])
    with pytest.raises(ManifestMissing) as refused:
        read_folder(tmp_path, recognise=classify)
    assert refused.value.proposal in refused.value.remedy("zh")
    (tmp_path / NAME).write_text(refused.value.proposal, encoding="utf-8")
    enterprise, person = arrive(tmp_path, *read_folder(tmp_path, recognise=classify))
    assert (enterprise.resource.privacy_unit, person.resource.privacy_unit) == ("uscc", "id_card")
    assert rows(tmp_path, person, "count(*)") == [(person.version.rows,)]


def test_a_proposal_asks_where_nothing_tells_whom_a_table_is_about(tmp_path: Path) -> None:
    csv_file(tmp_path, "road,side", "厦禾路,L", "厦禾路,L", name="road.csv")
    (declared,) = parse(propose(tmp_path, recognise=classify))
    assert (declared.name, declared.file, declared.privacy_unit) == ("road", "road.csv", "?")


def test_an_empty_folder_is_told_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestMissing) as refused:
        read_folder(tmp_path, recognise=classify)
    assert "CSV" in refused.value.remedy("zh")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match="nowhere"):
        read_folder(tmp_path / "nowhere", recognise=classify)


@pytest.mark.parametrize("file", ["gone.csv", "../visit.csv", "/etc/hostname"])
def test_a_file_outside_the_folder_or_missing_is_refused(tmp_path: Path, file: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    csv_file(tmp_path, "a", "1")
    (inner / NAME).write_text(f'[[resource]]\nname = "visit"\nfile = "{file}"\n', encoding="utf-8")
    with pytest.raises(TableMissing):
        read_folder(inner, recognise=classify)


def test_a_manifest_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes('[[resource]]\ntitle = "区"\n'.encode("gb18030"))
    with pytest.raises(ManifestUnreadable):
        read_folder(tmp_path, recognise=classify)


def test_the_bikes_arrive_with_their_fences(tmp_path: Path, shared: Path) -> None:
    supplies = bikes(shared / "data")
    if not supplies:
        pytest.skip("no bikes in the folder of real input")
    rides, fences = arrive(tmp_path, *supplies)
    assert (rides.version.rows, rides.version.units, rides.version.unit_unique) == (167_211, 49_879, False)
    assert (fences.version.rows, fences.resource.privacy_unit) == (14_071, None)
    assert rides.resource.links == (Link("nearest_fence_id", "bike_fence", "fence_id"),)
    assert rides.resource.column("latitude").uses == frozenset()
    hours = rows(tmp_path, rides, "DISTINCT ride_hour")
    assert sorted(hours) == [(7,), (8,), (9,)]
    days = dict(rows(tmp_path, rides, "ride_date::VARCHAR, count(*) OVER (PARTITION BY ride_date)"))
    assert min(days, key=lambda day: days[day]) == "2020-12-23"


def test_where_the_bikes_are_not_there_nothing_is_supplied(tmp_path: Path) -> None:
    assert bikes(tmp_path) == ()


def test_the_bikes_identifier_serves_for_joins_alone() -> None:
    assert BIKE_RIDE_END.privacy_unit == "bicycle_id"
    assert BIKE_RIDE_END.column("bicycle_id").uses == {Use.JOIN}
    assert isinstance(Supply(BIKE_RIDE_END, Path()), Supply)
