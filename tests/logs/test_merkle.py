"""The tree is RFC 6962's: its published vectors, and a slow, obviously right tree beside it."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.hashing import Hash, digest
from logs.merkle import (
    Complete,
    Frontier,
    Root,
    consistency,
    consistent,
    frontier_at,
    included,
    inclusion,
    leaf_hash,
    node_hash,
)

VECTORS = (  # leaves and roots of the certificate-transparency test suite
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
)
MOST = 70
sizes = st.integers(1, MOST)
hashes = st.sampled_from(Hash)


def leaves(hash: Hash, count: int = MOST) -> list[bytes]:
    return [leaf_hash(b"record %d" % number, hash) for number in range(count)]


def slow_root(values: list[bytes], hash: Hash) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if len(values) == 1:
        return values[0]
    split = max(1 << bits for bits in range(10) if 1 << bits < len(values))
    return node_hash(slow_root(values[:split], hash), slow_root(values[split:], hash), hash)


def complete_over(values: list[bytes], hash: Hash) -> Complete:
    return lambda level, index: slow_root(values[index << level : (index + 1) << level], hash)


def test_the_roots_are_the_published_ones() -> None:
    tree = Frontier(Hash.SHA256)
    assert tree.root == hashlib.sha256(b"").digest()
    for leaf, root in VECTORS:
        tree, _ = tree.grown([leaf_hash(bytes.fromhex(leaf), Hash.SHA256)])
        assert tree.root.hex() == root


def test_sm3_is_that_of_the_standard() -> None:
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, A.1
    assert digest(Hash.SM3, b"abc").hex() == expected


@given(sizes, st.integers(0, MOST), hashes)
def test_a_tree_grown_in_pieces_has_the_slow_trees_root(size: int, cut: int, hash: Hash) -> None:
    values = leaves(hash, size)
    tree, completed = Frontier(hash).grown(values[:cut])
    tree, more = Frontier.parse(str(tree), hash).grown(values[cut:])
    assert tree.root == slow_root(values, hash)
    assert tree == frontier_at(size, complete_over(values, hash), hash)
    for node in completed + more:
        assert node.value == complete_over(values, hash)(node.level, node.index)


@given(sizes, st.data(), hashes)
def test_a_record_is_proved_by_its_path_and_no_other_record_is(size: int, data: st.DataObject, hash: Hash) -> None:
    values = leaves(hash, size)
    index = data.draw(st.integers(0, size - 1))
    tree, path = Root(size, slow_root(values, hash), hash), inclusion(index, size, complete_over(values, hash), hash)
    assert len(path) <= size.bit_length()
    assert included(values[index], index, path, tree)
    assert not included(leaf_hash(b"another", hash), index, path, tree)
    assert not included(values[index], index, [*path, tree.value], tree)
    assert not included(values[index], size, path, tree)
    for step in range(len(path)):
        assert not included(values[index], index, [*path[:step], bytes(32), *path[step + 1 :]], tree)
        assert not included(values[index], index, path[:step] + path[step + 1 :], tree)
    for other in set(range(size)) - {index}:
        assert not included(values[index], other, path, tree)


@given(sizes, st.data(), hashes)
def test_a_later_tree_is_proved_to_begin_with_an_earlier_one(new: int, data: st.DataObject, hash: Hash) -> None:
    values = leaves(hash, new)
    old = data.draw(st.integers(1, new))
    before, after = Root(old, slow_root(values[:old], hash), hash), Root(new, slow_root(values, hash), hash)
    path = consistency(old, new, complete_over(values, hash), hash)
    assert consistent(before, after, path)
    assert not consistent(replace(before, value=bytes(32)), after, path)
    assert not consistent(before, replace(after, value=bytes(32)), path)
    for step in range(len(path)):
        assert not consistent(before, after, path[:step] + path[step + 1 :])


@pytest.mark.parametrize("text", ["", "x", "3:ab", "1:zz", "2:" + "ab" * 32 + "," + "ab" * 32])
def test_a_frontier_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Frontier.parse(text, Hash.SHA256)
