"""How the platform and a worker talk: a header in JSON, then blobs; nothing that could run is ever decoded."""

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

Header = dict[str, Any]
Read = Callable[[int], bytes]  # so many bytes at most, none at the end

LENGTHS = struct.Struct("<II")  # of the header, and how many blobs follow
BLOB = struct.Struct("<Q")
HEADER_LIMIT = 8 << 20
BLOB_COUNT_LIMIT = 256


class FrameBroken(Exception):
    """The other side ended, or sent what no honest side would send."""


def written(header: Header, blobs: Sequence[memoryview | bytes] = ()) -> bytes:
    """Everything of a frame but its blobs' contents."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), len(blobs)) + text + b"".join(BLOB.pack(len(blob)) for blob in blobs)


def read(source: Read, *, most: int) -> tuple[Header, list[bytes]]:
    """One frame, its blobs no longer than `most` bytes together; raises `FrameBroken`."""
    header_length, count = LENGTHS.unpack(exactly(source, LENGTHS.size))
    if header_length > HEADER_LIMIT or count > BLOB_COUNT_LIMIT:
        raise FrameBroken("a header out of bounds")
    try:
        header = json.loads(exactly(source, header_length))
    except ValueError as cause:
        raise FrameBroken("a header that is not JSON") from cause
    lengths = [BLOB.unpack(exactly(source, BLOB.size))[0] for _ in range(count)]
    if not isinstance(header, dict) or sum(lengths) > most:
        raise FrameBroken("blobs out of bounds")
    return header, [exactly(source, length) for length in lengths]


def exactly(source: Read, length: int) -> bytes:
    """So many bytes; raises `FrameBroken` when the other side ends before."""
    parts: list[bytes] = []
    while length:
        part = source(min(length, 1 << 20))
        if not part:
            raise FrameBroken("the other side has ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
