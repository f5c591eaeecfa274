"""An answer on its way from a worker, as one Arrow stream cut into frames: neither side ever holds the whole of it."""

import io
from collections.abc import Callable
from typing import Any

from sandbox.adapters import worker_frames as frames

PART = 1 << 20  # bytes gathered before they are sent

Send = Callable[[frames.Header, memoryview], None]
Receive = Callable[[], tuple[frames.Header, list[bytes]]]


class Outgoing(io.RawIOBase):
    """Where the worker writes the stream; each part goes out in a frame of its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._part = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Gather bytes and send what makes a part."""
        size = memoryview(data).nbytes
        self._part += data
        if len(self._part) >= PART:
            self.flush()
        return size

    def flush(self) -> None:
        """Send what was gathered."""
        if self._part:
            part, self._part = self._part, bytearray()
            self._send({"part": True}, memoryview(part))


class Incoming(io.RawIOBase):
    """Where the platform reads the stream; the end of the answer is the end of the file.

    `receive` gives the next frame and raises where the worker says that it failed. Reading gives up past `most` bytes.
    """

    def __init__(self, receive: Receive, *, most: int) -> None:
        self._receive = receive
        self._left = most
        self._part = memoryview(b"")
        self.over = False

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes; fewer at the end of the answer."""
        parts: list[memoryview] = []
        wanted = size if size >= 0 else self._left + 1
        while wanted:
            if not self._part and not self._next():
                break
            part = self._part[:wanted]
            self._part = self._part[len(part) :]
            wanted -= len(part)
            parts.append(part)
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def drain(self) -> None:
        """Read to the end, so that the next answer begins where this one ended."""
        while not self.over:
            self._next()

    def _next(self) -> bool:
        if self.over:
            return False
        header, blobs = self._receive()
        self.over = "end" in header
        if not self.over:
            (part,) = blobs
            self._left -= len(part)
            if self._left < 0:
                raise frames.FrameBroken("more than was asked for")
            self._part = memoryview(part)
        return not self.over
