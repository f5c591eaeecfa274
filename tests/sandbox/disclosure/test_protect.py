"""What a protected table shows, hides and tells."""

import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from sandbox.disclosure.document import read_rules
from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.protect import ProtectedTable, band, protect
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import Measure, MeasureKind, Release, Statement
from tests.sandbox.disclosure.rows import SECRET, Case, Row, Wanted, measured

K = MeasureKind
RULES = DisclosureRules()


def people(cell: str, number: int, **more: object) -> list[Row]:
    """Rows of so many persons in a cell, one row each, with incomes that differ."""
    return [
        Row(cell, {"resident_id": hash_of(cell, at)}, hash_of(cell, at), x=float(1000 + 37 * (at % 11)), **more)  # type: ignore[arg-type]
        for at in range(number)
    ]


def hash_of(cell: str, at: int) -> int:
    return (int.from_bytes(cell.encode(), "big") * 7919 + at * 2654435761) % 2**31


def protected(rows: list[Row], *wanted: Wanted, grouped: bool = True, rules: DisclosureRules = RULES) -> ProtectedTable:
    case = Case(rows, wanted, units=("resident_id",), grouped=grouped, rules=rules)
    return protect(measured(case), case.release(), rules, SECRET)


def figure(table: ProtectedTable, name: str = "m0") -> object:
    (value,) = table.table.column(name).to_pylist()
    return value


def test_a_large_cell_is_shown_near_its_true_figures() -> None:
    table = protected(people("a", 400), Wanted("m0", K.COUNT), Wanted("m1", K.MEAN))

    (row,) = table.table.to_pylist()
    assert abs(row["m0"] - 400) <= 5
    assert row["m1"] == pytest.approx(1185, rel=0.01)
    assert (table.cells_hidden, table.figures_hidden) == (0, 0)


def test_a_cell_below_the_minimum_is_absent_and_the_others_stay() -> None:
    table = protected([*people("large", 60), *people("small", 9)], Wanted("m0", K.COUNT))

    assert table.table.column("k0").to_pylist() == ["large"]
    assert table.cells_hidden == 1
    assert table.suppression("zh") == "隐藏单元格 不足 20 个，其余单元格中隐藏数值 不足 20 个"


def test_an_answer_without_groups_keeps_its_row_and_loses_its_figures() -> None:
    table = protected(people("a", 9), Wanted("m0", K.COUNT), Wanted("m1", K.SUM), grouped=False)

    assert table.table.to_pylist() == [{"m0": None, "m1": None}]
    assert table.cells_hidden == 1


def test_an_answer_about_nobody_is_hidden_like_one_about_few() -> None:
    table = protected([], Wanted("m0", K.COUNT), grouped=False)

    assert table.table.to_pylist() == [{"m0": None}]


def test_no_shown_count_lies_between_one_and_the_minimum() -> None:
    rows = [row for number in range(300) for row in people(f"c{number}", 10 + number % 4)]

    shown = protected(rows, Wanted("m0", K.COUNT)).table.column("m0").to_pylist()

    assert 150 < len(shown) < 300  # some of the smallest cells fall below the minimum by perturbation
    assert min(shown) == 10


def test_a_condition_met_by_too_few_by_nobody_or_by_everybody_hides_its_figure() -> None:
    def taken_by(number: int) -> object:
        rows = [replace(row, taken=at < number) for at, row in enumerate(people("a", 60))]
        return figure(protected(rows, Wanted("m0", K.COUNT, filtered=True)))

    assert [taken_by(number) for number in (0, 9, 60)] == [None, None, None]
    assert abs(taken_by(30) - 30) <= 5  # type: ignore[operator]


def test_a_count_of_rows_hides_a_unit_that_holds_nearly_all_of_them() -> None:
    rows = people("a", 40)
    crowded = [*rows, *([rows[0]] * 2000)]

    assert figure(protected(crowded, Wanted("m0", K.COUNT))) is None
    assert figure(protected(crowded, Wanted("m0", K.COUNT, of_units="resident_id"))) is not None


def test_a_count_of_rows_moves_by_as_much_as_its_units_hold() -> None:
    errors = []
    for number in range(60):
        rows = people(f"c{number}", 50) * 20
        errors.append(figure(protected(rows, Wanted("m0", K.COUNT))) - 1000)  # type: ignore[operator]

    assert set(errors) <= {20 * step for step in range(-5, 6)}
    assert np.std(errors) == pytest.approx(20 * 2**0.5, rel=0.35)


def test_a_dominant_person_hides_sum_and_mean_but_not_the_count() -> None:
    rows = [*people("a", 40), Row("a", {"resident_id": 1}, 1, x=9_000_000.0)]

    table = protected(rows, Wanted("m0", K.COUNT), Wanted("m1", K.SUM), Wanted("m2", K.MEAN), Wanted("m3", K.MOMENT))

    (row,) = table.table.to_pylist()
    assert row["m0"] is not None
    assert [row["m1"], row["m2"], row["m3"]] == [None, None, None]
    assert table.figures_hidden == 3


def test_sum_and_mean_together_tell_no_more_than_a_count_of_the_rows() -> None:
    """Their ratio was once d * (1 + deviation / contributors), a fraction that gives all three away."""
    for many in range(300, 320):
        rows = [replace(row, x=0.0 if at < 200 else row.x) for at, row in enumerate(people("a", many))]

        table = protected(rows, Wanted("m0", K.COUNT), Wanted("m1", K.SUM), Wanted("m2", K.MEAN))

        (row,) = table.table.to_pylist()
        assert row["m1"] / row["m2"] == pytest.approx(row["m0"], rel=1e-7)


def test_sum_and_mean_of_units_with_many_rows_give_no_fraction_away() -> None:
    chance = np.random.default_rng(5)
    for many in range(40, 60):
        rows = [row for row in people("a", many) for _ in range(chance.integers(15, 25))]

        table = protected(rows, Wanted("m1", K.SUM), Wanted("m2", K.MEAN))

        (row,) = table.table.to_pylist()
        ratio = row["m1"] / row["m2"]
        assert abs(ratio - round(ratio)) < 1e-4


def test_equal_values_are_hidden_in_every_figure_but_the_count() -> None:
    rows = [replace(row, x=7.0, category="p") for row in people("a", 50)]
    kinds = (K.SUM, K.MEAN, K.QUANTILE, K.MOMENT, K.DISTINCT)
    wanted = [Wanted(f"m{at}", kind, quantiles=(0.5,)) for at, kind in enumerate(kinds)]

    (row,) = protected(rows, *wanted, Wanted("m9", K.COUNT)).table.to_pylist()

    assert [row[want.name] for want in wanted] == [None] * 5
    assert row["m9"] is not None


def test_moments_need_ten_residual_degrees_of_freedom() -> None:
    rows = people("a", 40)

    assert figure(protected(rows, Wanted("m0", K.MOMENT, parameters=2))) is not None
    assert figure(protected(rows, Wanted("m0", K.MOMENT, parameters=31))) is None


def test_a_function_of_two_arguments_is_hidden_unless_both_were_measured() -> None:
    case = Case(people("a", 60), (Wanted("m0", K.MOMENT, function="covar_samp"),), units=("resident_id",))
    one = measured(case)
    two = one
    for name in ("a", "t1_resident_id", "t2_resident_id", "lo", "hi", "mid", "var"):
        two = two.append_column(f"m0_b_{name}", one.column(f"m0_{name}"))

    assert figure(protect(one, case.release(), RULES, SECRET)) is None
    assert figure(protect(two, case.release(), RULES, SECRET)) is not None


def test_quantiles_need_the_minimum_on_both_sides_and_keep_three_digits() -> None:
    rows = [replace(row, x=1234.5678 + 3 * at) for at, row in enumerate(people("a", 100))]

    middle = figure(protected(rows, Wanted("m0", K.QUANTILE, quantiles=(0.25, 0.75))))
    edge = figure(protected(rows, Wanted("m0", K.QUANTILE, quantiles=(0.05,))))

    assert middle == [1310.0, 1460.0]
    assert edge is None


def test_distinct_values_count_only_where_each_met_the_minimum() -> None:
    rows = [
        *(replace(row, category=f"common {at % 20}") for at, row in enumerate(people("a", 800))),
        *(replace(row, category=f"rare {at}") for at, row in enumerate(people("b", 300))),
    ]

    values = protected(rows, Wanted("m0", K.DISTINCT)).table.to_pylist()

    assert abs(values[0]["m0"] - 20) <= 5
    assert values[1]["m0"] is None


def test_whole_numbers_come_out_whole_and_others_as_doubles() -> None:
    wanted = (
        Wanted("m0", K.COUNT),
        Wanted("m1", K.SUM, whole=True),
        Wanted("m2", K.SUM),
        Wanted("m3", K.MEAN),
        Wanted("m4", K.QUANTILE, quantiles=(0.5,)),
    )

    schema = protected(people("a", 50), *wanted).table.schema

    assert schema.types == [pa.string(), pa.int64(), pa.int64(), pa.float64(), pa.float64(), pa.list_(pa.float64())]


def test_decimals_huge_integers_and_keys_of_any_type_are_taken_as_they_come() -> None:
    case = Case(people("a", 50), (Wanted("m0", K.SUM), Wanted("m1", K.MEAN)), units=("resident_id",))
    plain = measured(case)
    fine = pa.decimal128(38, 4)
    exact = plain
    for at, field in enumerate(plain.schema):
        if pa.types.is_floating(field.type):
            exact = exact.set_column(at, field.name, plain.column(at).cast(fine))
    exact = exact.set_column(0, "k0", pa.array([Decimal("1.5")]))

    shown = protect(exact, case.release(), RULES, SECRET).table

    assert shown.drop(["k0"]).equals(protect(plain, case.release(), RULES, SECRET).table.drop(["k0"]))
    assert shown.column("k0").to_pylist() == [Decimal("1.5")]


@pytest.mark.parametrize("lost", ["n", "s", "c_resident_id", "m0_n", "m0_s", "m0_c_resident_id", "m0_v", "m0_d",
                                  "m0_a", "m0_t1_resident_id", "m0_t2_resident_id", "m0_lo", "m0_hi"])  # fmt: skip
def test_a_release_that_lacks_a_measured_column_is_not_answered_at_all(lost: str) -> None:
    case = Case(people("a", 50), (Wanted("m0", K.MEAN),), units=("resident_id",))

    with pytest.raises(NotMeasured) as refused:
        protect(measured(case).drop([lost]), case.release(), RULES, SECRET)

    assert refused.value.release == "r0"
    assert "r0" in refused.value.detail("zh")


def test_a_column_of_the_wrong_type_is_refused_without_quoting_a_value() -> None:
    case = Case(people("a", 50), (Wanted("m0", K.COUNT),), units=("resident_id",))
    table = measured(case)
    wrong = table.set_column(table.column_names.index("m0_v"), "m0_v", pa.array([50.25]))

    with pytest.raises(NotMeasured) as refused:
        protect(wrong, case.release(), RULES, SECRET)

    assert "50" not in str(refused.value)


def test_a_release_without_a_unit_is_not_answered() -> None:
    with pytest.raises(NotMeasured):
        protect(pa.table({"n": [50]}), Release("r0", (), (), (), Statement("")), RULES, SECRET)


def test_rows_without_record_keys_are_not_answered_since_all_would_be_perturbed_alike() -> None:
    rows = [replace(row, key=0) for row in people("a", 50)]

    assert protected(rows, Wanted("m0", K.COUNT)).table.num_rows == 0


def test_the_same_rows_give_the_same_answer_and_another_secret_another() -> None:
    case = Case([row for at in range(40) for row in people(f"c{at}", 50)], (Wanted("m0", K.COUNT),), ("resident_id",))
    first, again, other = (protect(measured(case), case.release(), RULES, s).table for s in (SECRET, SECRET, bytes(32)))

    assert first.equals(again)
    assert not first.equals(other)


def test_errors_are_told_as_deviations_of_counts_and_as_coarse_shares_of_sums() -> None:
    table = protected(
        people("a", 400), Wanted("m0", K.COUNT), Wanted("m1", K.SUM), Wanted("m2", K.QUANTILE, quantiles=(0.5,))
    )

    assert table.errors["m0"].absolute == 1.4
    assert table.errors["m1"].share in {0.001, 0.003}
    assert table.errors["m1"].sentence("zh").startswith("标准差约为数值的")
    assert table.errors["m2"].share in {0.01, 0.03}


def test_nothing_shown_has_no_error() -> None:
    wanted = [Wanted(f"m{at}", kind, quantiles=(0.5,)) for at, kind in enumerate(K)]

    table = protected(people("a", 5), *wanted)

    assert {table.errors[want.name].sentence("en") for want in wanted} == {"no figure is shown"}


@pytest.mark.parametrize(
    ("hidden", "zh", "en"),
    [
        (0, "不足 20", "under 20"),
        (19, "不足 20", "under 20"),
        (20, "20–99", "20–99"),
        (100, "100 及以上", "100 or more"),
    ],
)
def test_what_was_hidden_is_told_in_bands(hidden: int, zh: str, en: str) -> None:
    assert (band(hidden, RULES, "zh"), band(hidden, RULES, "en")) == (zh, en)


def test_a_rule_document_may_forbid_telling_how_much_was_hidden() -> None:
    rules = read_rules({"suppression": {"say": False}})

    assert protected(people("a", 5), Wanted("m0", K.COUNT), rules=rules).suppression("zh") is None


def test_many_cells_are_protected_while_a_query_runs() -> None:
    chance, cells = np.random.default_rng(3), 14_400
    n = chance.integers(12, 500, cells)
    columns = {"k0": np.arange(cells), "n": n, "s": n * chance.integers(1, 2**31, cells), "c_person": n}
    kinds = (K.COUNT, K.SUM, K.MEAN, K.SUM, K.COUNT)
    for at, kind in enumerate(kinds):
        m, rows = f"m{at}", n - at
        columns |= {f"{m}_n": rows, f"{m}_s": rows * chance.integers(1, 2**31, cells), f"{m}_c_person": rows}
        columns |= {f"{m}_v": rows if kind is K.COUNT else rows * 50.5, f"{m}_d": rows, f"{m}_a": rows * 50.5}
        columns |= {f"{m}_ds": rows * chance.integers(1, 2**31, cells), f"{m}_dc_person": rows}
        columns |= {f"{m}_t1_person": np.full(cells, 99.0), f"{m}_t2_person": np.full(cells, 97.0)}
        columns |= {f"{m}_lo": np.full(cells, 1.0), f"{m}_hi": np.full(cells, 99.0)}
    release = Release(
        "r0", ("k0",), tuple(Measure(f"m{at}", kind, "") for at, kind in enumerate(kinds)), ("person",), Statement("")
    )
    table = pa.table(columns)

    took = []
    for _ in range(3):
        began = time.process_time()
        shown = protect(table, release, RULES, SECRET)
        took.append(time.process_time() - began)

    assert shown.table.num_rows > 14_000
    assert min(took) < 0.5
