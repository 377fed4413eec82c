"""A layer's answer as bytes and back: one header, then columns that a browser reads as typed arrays, uncopied.

`CG1\\0`, the header's length, a JSON header padded so that what follows starts at a multiple of 8, then the buffers,
each starting at a multiple of 8. The same frames travel over the live channel and answer `/api/columns/{key}`.
Times are epoch milliseconds in f64, NaN: never. Text is u32 offsets and UTF-8; None and "" look alike. A window has
columns of another length too (`rows` of their own): when each of its things stood how.
"""

from collections.abc import Sequence
from itertools import pairwise
from struct import Struct
from struct import error as StructError  # noqa: N812  # struct calls it so
from typing import Any, Literal

import numpy as np
import orjson

from data_access.table import Table
from data_access.windows import Window

Kind = Literal["snapshot", "delta", "heartbeat", "window"]
Column = np.ndarray | list[str]

MAGIC = b"CG1\0"
_HEAD = Struct("<4sI")
_EDGE = 8
_TYPES: dict[str, np.dtype[Any]] = {
    "f64": np.dtype("<f8"),
    "f32": np.dtype("<f4"),
    "i32": np.dtype("<i4"),
    "u32": np.dtype("<u4"),
    "u8": np.dtype("u1"),
}
NOTHING_BESIDE = Table({})
UNSENT = frozenset({"text", "gone"})  # free text is for the panel that was opened; `gone` has its own place


class FrameError(ValueError):
    """These bytes are not a frame."""


class Frame:
    """A frame as read: its header and its columns by name; a str column is a list."""

    __slots__ = ("columns", "header")

    def __init__(self, header: dict[str, Any], columns: dict[str, Column]) -> None:
        self.header = header
        self.columns = columns

    @property
    def kind(self) -> str:
        return str(self.header["kind"])

    @property
    def seq(self) -> int:
        return int(self.header["seq"])


def snapshot(layer: str, table: Table, *, seq: int, revision: int, now: float, at: float | None = None) -> bytes:
    """All rows of a layer, as it is now or was at `at` (both in epoch milliseconds)."""
    return _frame({"kind": "snapshot", "layer": layer, "seq": seq, "revision": revision, "at": at, "now": now}, table)


def delta(layer: str, changed: Table, *, seq: int, since: int, revision: int, now: float) -> bytes:
    """What commits after `since` did to a layer: the rows as they are now, and the ids of those that left it."""
    gone: list[str] = []
    if "gone" in changed:
        left = changed["gone"].astype(bool)
        gone = [str(one) for one in changed["id"][left].tolist()]
        changed = changed.where(~left)
    header = {"kind": "delta", "layer": layer, "seq": seq, "revision": revision, "since": since, "at": None, "now": now}
    return _frame(header, changed, gone)


def window(layer: str, told: Window, *, revision: int, now: float) -> bytes:
    """All answers of a stretch of the past: the things, and in columns with `rows` of their own their moments."""
    begun, until = (at.timestamp() * 1000 for at in (told.start, told.until))
    header = {"kind": "window", "layer": layer, "seq": 0, "revision": revision, "at": begun, "until": until, "now": now}
    return _frame(header, told.things, beside=told.moments)


def heartbeat(*, revision: int, now: float, lag_s: float | None = None) -> bytes:
    """A sign of life: the store answered just now and stood at this revision."""
    return _frame({"kind": "heartbeat", "revision": revision, "now": now, "lag_s": lag_s}, Table({}))


def decode(frame: bytes) -> Frame:
    """The frame in these bytes; number columns are views into them.

    Raises:
        FrameError: they are none: another magic, cut off, or a column that points outside.
    """
    try:
        magic, length = _HEAD.unpack_from(frame)
        if magic != MAGIC:
            raise FrameError(f"it starts with {magic!r}")
        start = _HEAD.size + length
        if start % _EDGE or start > len(frame):
            raise FrameError(f"a header of {length} bytes in a frame of {len(frame)}")
        header = orjson.loads(frame[_HEAD.size : start])
        buffers, rows = memoryview(frame)[start:], header["rows"]
        columns = {told["name"]: _read(told, buffers, told.get("rows", rows)) for told in header["columns"]}
    except FrameError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, StructError) as fault:
        raise FrameError(str(fault)) from fault
    return Frame(header, columns)


def _frame(header: dict[str, Any], table: Table, gone: Sequence[str] = (), beside: Table = NOTHING_BESIDE) -> bytes:
    buffers: list[bytes] = []
    columns: list[dict[str, Any]] = []
    offset = 0
    for of in (table, beside):
        for name in of.columns:
            written = None if name in UNSENT else _written(name, of[name])
            if written is None:
                continue
            kind, data = written
            own = {"rows": len(of)} if of is beside else {}
            columns.append({"name": name, "type": kind, "offset": offset, "bytes": len(data), **own})
            padding = -len(data) % _EDGE
            buffers += (data, bytes(padding))
            offset += len(data) + padding
    told = orjson.dumps(header | {"rows": len(table), "columns": columns, "gone": list(gone)})
    told += b" " * (-(_HEAD.size + len(told)) % _EDGE)
    return b"".join((_HEAD.pack(MAGIC, len(told)), told, *buffers))


def _written(name: str, column: np.ndarray) -> tuple[str, bytes] | None:
    """A column's type and bytes, the same type whatever its values; None for one that does not travel."""
    kind = column.dtype.kind
    if name == "id" or kind in "OU":
        if kind == "O" and any(isinstance(cell, bytes | memoryview) for cell in column):
            return None
        return "str", _text(column)
    if kind == "M":
        never = np.isnat(column)
        moments = column.astype("datetime64[us]").astype(np.int64) / 1000.0
        return "f64", np.where(never, np.nan, moments).astype("<f8").tobytes()
    if kind == "b":
        return "u8", column.astype("u1").tobytes()
    if kind in "iuf":  # f64 holds every whole number up to 2**53; a type that followed the values would change midway
        return "f64", column.astype("<f8").tobytes()
    raise TypeError(f"column {name} has the kind {column.dtype}")


def _text(column: np.ndarray) -> bytes:
    encoded = [b"" if cell is None else str(cell).encode("utf-8", "replace") for cell in column.tolist()]
    offsets = np.zeros(len(encoded) + 1, dtype="<u4")
    np.cumsum([len(cell) for cell in encoded], out=offsets[1:])
    return offsets.tobytes() + b"".join(encoded)


def _read(told: dict[str, Any], buffers: memoryview, rows: int) -> Column:
    start, length, kind = told["offset"], told["bytes"], told["type"]
    if start % _EDGE or start < 0 or length < 0 or start + length > len(buffers):
        raise FrameError(f"column {told['name']} lies outside the frame")
    data = buffers[start : start + length]
    if kind != "str":
        if length != rows * _TYPES[kind].itemsize:
            raise FrameError(f"column {told['name']} has {length} bytes for {rows} rows")
        numbers: np.ndarray = np.frombuffer(data, dtype=_TYPES[kind])
        return numbers
    head = 4 * (rows + 1)
    edges = np.frombuffer(data[:head], dtype="<u4").tolist()
    texts = bytes(data[head:])
    if len(edges) != rows + 1 or edges[0] or edges[-1] != len(texts) or edges != sorted(edges):
        raise FrameError(f"the offsets of column {told['name']} do not fit its text")
    return [texts[a:b].decode("utf-8") for a, b in pairwise(edges)]
