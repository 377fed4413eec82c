"""Whether the blocks of an OpenStreetMap file (.osm.pbf) follow each other to its very end; pure but for reading.

The reader of the library takes one to three bytes where a block should begin, or a block header without length, for
the end of the file, and tells nobody. A file cut exactly between two blocks cannot be told from a smaller one.
"""

from pathlib import Path
from typing import BinaryIO

LENGTH = 4  # bytes before each header that say how long it is, the highest first
LONGEST_HEADER = 64 * 1024  # by the format's definition
DATASIZE = 3 << 3  # field 3 of a header, a whole number: how long the block itself is
BYTES = 2  # a field that begins with its own length


def whole(path: Path) -> bool:
    """Whether the file ends where a block ends."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while start := file.read(LENGTH):
            length = int.from_bytes(start, "big")
            if len(start) < LENGTH or not 0 < length <= LONGEST_HEADER:
                return False
            block = _block_size(file, length)
            if block is None or file.tell() + block > size:
                return False
            file.seek(block, 1)
    return True


def _block_size(file: BinaryIO, length: int) -> int | None:
    """How long the block after this header is; None where the header cannot be understood."""
    header = file.read(length)
    if len(header) < length:
        return None
    at = 0
    while at < length:
        key, at = _number(header, at)
        value, at = _number(header, at)
        if key == DATASIZE:
            return value
        if key & 7 == BYTES:
            at += value
    return None


def _number(header: bytes, at: int) -> tuple[int, int]:
    """The whole number that begins here, seven bits a byte, the lowest first; and where the next thing begins."""
    told = shift = 0
    while at < len(header):
        told |= (header[at] & 0x7F) << shift
        shift += 7
        at += 1
        if header[at - 1] < 0x80:
            break
    return told, at
