"""Which encoding a text file is in: UTF-8 (with or without mark) or GB18030; anything else is told, not guessed."""

import codecs
from collections.abc import Callable, Iterable
from enum import StrEnum

PLAUSIBLE = 0.6
"""Least share of ordinary characters among the non-ASCII ones for bytes to be taken as GB18030."""

_ORDINARY = bytes([0xA1, 0xA3, *range(0xB0, 0xD8)])
_RARE = bytes(lead for lead in range(256) if lead not in _ORDINARY)

Chunks = Callable[[], Iterable[bytes]]
"""Hands out a file's bytes from its start, piece by piece, each time it is called."""


class Encoding(StrEnum):
    """The encodings that are read, as Python names them; a mark (BOM) before UTF-8 is dropped."""

    UTF_8 = "utf-8-sig"
    GB18030 = "gb18030"


class Undecodable(ValueError):
    """Bytes that are neither; `line` is where UTF-8 first failed, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def encoding_of(chunks: Chunks) -> Encoding:
    """The encoding of a file, from all of its bytes. Raises `Undecodable`.

    >>> encoding_of(lambda: [b"name\\n", "思明区\\n".encode("gb18030")])
    <Encoding.GB18030: 'gb18030'>
    """
    broken = _utf8_breaks_at(chunks())
    if broken is None:
        return Encoding.UTF_8
    if not _reads_as_chinese(chunks()):
        raise Undecodable(broken)
    return Encoding.GB18030


def _utf8_breaks_at(chunks: Iterable[bytes]) -> int | None:
    """The line UTF-8 fails in, `None` when it holds. A zero byte breaks it too: such a file is no text."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    for chunk in chunks:
        zero = chunk.find(b"\0")
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as broken:
            return line + chunk.count(b"\n", 0, max(0, broken.start))
        if zero >= 0:
            return line + chunk.count(b"\n", 0, zero)
        line += chunk.count(b"\n")
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return line
    return None


def _reads_as_chinese(chunks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")()
    foreign = ordinary = 0
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            if "\0" in text:
                return False
            if not text.isascii():
                beyond = "".join(character for character in text if character > "\x7f")
                foreign += len(beyond)
                ordinary += len(beyond.encode("gb2312", "ignore")[::2].translate(None, _RARE))
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return ordinary >= PLAUSIBLE * foreign
