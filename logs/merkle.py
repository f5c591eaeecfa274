"""The log as a hash tree (RFC 6962, section 2): one record is proved by a few hashes, without the rest of the log.

Leaves and nodes are hashed with different first bytes, so that no node passes for a record. Records are counted
from 0 here, as in the RFC; a size is a number of records.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from logs.hashing import Hash, digest

Complete = Callable[[int, int], bytes]
"""(level, index): the hash of the complete subtree over the records from `index << level`, `1 << level` of them."""


def leaf_hash(record: bytes, hash: Hash) -> bytes:
    """The hash of one record."""
    return digest(hash, b"\x00" + record)


def node_hash(left: bytes, right: bytes, hash: Hash) -> bytes:
    """The hash of two subtrees."""
    return digest(hash, b"\x01" + left + right)


@dataclass(frozen=True, slots=True)
class Node:
    """A subtree that has become complete and will never change again."""

    level: int
    index: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Root:
    """A whole tree in one hash: over how many records, and by which hash."""

    size: int
    value: bytes
    hash: Hash


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that must be kept of a tree to let it grow: its complete subtrees from left to right, each largest possible.

    Written `size:hex,hex`, where it is kept.
    """

    hash: Hash
    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __str__(self) -> str:
        return f"{self.size}:{','.join(root.hex() for root in self.roots)}"

    @classmethod
    def parse(cls, text: str, hash: Hash) -> Self:
        """The frontier written as `size:hex,hex`; `ValueError` when it is not one."""
        size, _, roots = text.partition(":")
        found = cls(hash, int(size), tuple(bytes.fromhex(root) for root in roots.split(",") if root))
        if len(found.roots) != found.size.bit_count():
            raise ValueError("a frontier has a subtree for each bit of its size")
        return found

    def grown(self, leaves: Iterable[bytes]) -> tuple[Self, list[Node]]:
        """The tree with more leaf hashes at its end, and every node above the leaves that this has completed."""
        size, roots = self.size, list(self.roots)
        completed = []
        for leaf in leaves:
            value, level, index = leaf, 0, size
            while index & 1:
                value, level, index = node_hash(roots.pop(), value, self.hash), level + 1, index >> 1
                completed.append(Node(level, index, value))
            roots.append(value)
            size += 1
        return type(self)(self.hash, size, tuple(roots)), completed

    @property
    def root(self) -> bytes:
        """The hash over the whole tree."""
        if not self.roots:
            return digest(self.hash, b"")
        value = self.roots[-1]
        for left in self.roots[-2::-1]:
            value = node_hash(left, value, self.hash)
        return value


def frontier_at(size: int, complete: Complete, hash: Hash) -> Frontier:
    """The frontier of the first so many records."""
    roots, first = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            roots.append(complete(level, first >> level))
            first += 1 << level
    return Frontier(hash, size, tuple(roots))


def inclusion(index: int, size: int, complete: Complete, hash: Hash) -> list[bytes]:
    """The path that proves record `index` to be in the tree of that size (RFC 6962, 2.1.1)."""
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(_over(middle, last, complete, hash))
            last = middle
        else:
            path.append(_over(first, middle, complete, hash))
            first = middle
    return path[::-1]


def consistency(old: int, new: int, complete: Complete, hash: Hash) -> list[bytes]:
    """The hashes that prove the tree of the new size to begin with the one of the old (RFC 6962, 2.1.2)."""
    if not 0 < old < new:
        return []
    path, first, last, whole = [], 0, new, True
    while last != old:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_over(middle, last, complete, hash))
            last = middle
        else:
            path.append(_over(first, middle, complete, hash))
            first, whole = middle, False
    return ([] if whole else [_over(first, last, complete, hash)]) + path[::-1]


def included(leaf: bytes, index: int, path: Sequence[bytes], tree: Root) -> bool:
    """Whether the path proves the leaf to be record `index` of that tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < tree.size:
        return False
    at, end, value = index, tree.size - 1, leaf
    for step in path:
        if end == 0:
            return False
        if at & 1 or at == end:
            value = node_hash(step, value, tree.hash)
            while not at & 1 and at:
                at, end = at >> 1, end >> 1
        else:
            value = node_hash(value, step, tree.hash)
        at, end = at >> 1, end >> 1
    return end == 0 and value == tree.value


def consistent(old: Root, new: Root, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old.size == new.size:
        return not path and old == new
    if not 0 < old.size < new.size or not path or old.hash is not new.hash:
        return False
    steps = [old.value, *path] if old.size & (old.size - 1) == 0 else list(path)
    at, end = old.size - 1, new.size - 1
    while at & 1:
        at, end = at >> 1, end >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if end == 0:
            return False
        if at & 1 or at == end:
            before, after = node_hash(step, before, old.hash), node_hash(step, after, old.hash)
            while not at & 1 and at:
                at, end = at >> 1, end >> 1
        else:
            after = node_hash(after, step, old.hash)
        at, end = at >> 1, end >> 1
    return end == 0 and (before, after) == (old.value, new.value)


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _over(first: int, last: int, complete: Complete, hash: Hash) -> bytes:
    """The hash over the records from first up to last; the left part is always a complete subtree."""
    size = last - first
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return complete(level, first >> level)
    middle = first + _split(size)
    return node_hash(_over(first, middle, complete, hash), _over(middle, last, complete, hash), hash)
