"""Cell keys: the same set gives the same key, and nothing about the key can be had without the secret."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.disclosure.cell_key import CellKeys, uniform
from tests.sandbox.disclosure.rows import SECRET

record_keys = st.lists(st.integers(0, 2**31 - 2), min_size=1, max_size=60)


def words(keys: list[int], secret: bytes = SECRET) -> list[int]:
    return list(CellKeys(secret).of_sets(np.array([sum(keys)]), np.array([len(keys)]))[0])


@given(keys=record_keys, times=st.integers(1, 50), seed=st.randoms())
def test_repeating_every_row_or_reordering_them_changes_nothing(keys: list[int], times: int, seed: object) -> None:
    shuffled = keys * times
    seed.shuffle(shuffled)  # type: ignore[attr-defined]

    assert words(shuffled) == words(keys)


@given(keys=st.lists(st.integers(1, 2**31 - 1), min_size=2, max_size=60, unique=True))
def test_leaving_one_unit_out_changes_the_key(keys: list[int]) -> None:
    # A mean stays the same only when the one left out equals it.
    mean_stays = keys[0] * len(keys) == sum(keys)

    assert (words(keys) == words(keys[1:])) == mean_stays


@given(keys=record_keys)
def test_a_pair_of_equal_keys_does_not_cancel(keys: list[int]) -> None:
    assert words([*keys, 2**31 - 1, 2**31 - 1]) != words(keys)


@given(keys=record_keys)
def test_another_secret_gives_another_key(keys: list[int]) -> None:
    assert words(keys, bytes(32)) != words(keys)


def test_a_cell_s_words_depend_on_no_other_cell_of_the_table() -> None:
    together = CellKeys(SECRET).of_sets(np.array([10, 22, 10]), np.array([3, 5, 3]))

    assert (together[0] == together[2]).all()
    assert list(together[1]) == list(CellKeys(SECRET).of_sets(np.array([22]), np.array([5]))[0])


def test_words_are_uniform_and_independent_of_each_other() -> None:
    chance = np.random.default_rng(5)
    drawn = uniform(CellKeys(SECRET).of_sets(chance.integers(1, 2**40, 40_000), chance.integers(1, 500, 40_000)))

    assert drawn.mean(axis=0) == pytest.approx(0, abs=0.015)
    assert drawn.var(axis=0) == pytest.approx(1 / 3, abs=0.01)
    assert np.corrcoef(drawn.T) - np.eye(8) == pytest.approx(0, abs=0.025)


def test_arguments_of_one_set_get_keys_of_their_own() -> None:
    keys = CellKeys(SECRET)
    sets = keys.of_sets(np.array([10, 10]), np.array([3, 3]))

    drawn = keys.of_arguments(sets, np.array([1, 2]), np.array([0, 0]))

    assert drawn[0].tolist() != drawn[1].tolist()
    assert drawn[0].tolist() == keys.of_arguments(sets[:1], np.array([1]), np.array([0]))[0].tolist()


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        CellKeys(b"short")


def test_kinds_of_unit_together_have_chances_of_their_own_whatever_their_order() -> None:
    keys = CellKeys(SECRET)
    sets = keys.of_sets(np.array([1000, 2001]), np.array([4, 5]))

    both = keys.of_kinds(sets, ("resident_id", "uscc"))

    assert (keys.of_kinds(sets, ("resident_id",)) == sets).all()
    assert (keys.of_kinds(sets, ("uscc", "resident_id")) == both).all()
    assert not (both == sets).any()
