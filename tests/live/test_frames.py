"""Frames: what goes in comes out, and what is no frame is refused."""

import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.table import Table
from live import frames

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
MOMENT = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  # numpy's times are naive
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "f": st.one_of(st.none(), st.floats(allow_nan=False)),
    "i": st.integers(-(2**53), 2**53),
    "b": st.booleans(),
    "t": st.one_of(st.none(), MOMENT.map(lambda at: int(at.replace(tzinfo=UTC).timestamp()) * 1_000_000 + 345)),
    "s": st.one_of(st.none(), TEXT),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = {"id": "s"} | draw(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.sampled_from("fibts")))
    kinds.pop("text", None)
    kinds.pop("gone", None)
    rows = draw(st.lists(st.tuples(*(CELLS[kind] for kind in kinds.values())), max_size=12))
    return Table.of(rows, **kinds)


@given(tables())
def test_a_snapshot_says_what_the_table_said(table: Table) -> None:
    read = frames.decode(frames.snapshot("pm25", table, seq=7, revision=12, now=1.5))
    assert read.header | {"columns": None} == {
        "kind": "snapshot",
        "layer": "pm25",
        "seq": 7,
        "revision": 12,
        "at": None,
        "now": 1.5,
        "rows": len(table),
        "columns": None,
        "gone": [],
    }
    assert tuple(read.columns) == table.columns
    for name in table.columns:
        told, column = read.columns[name], table[name]
        if isinstance(told, list):
            assert told == ["" if cell is None else str(cell) for cell in column.tolist()]
        elif column.dtype.kind == "M":
            wanted = [cell and (cell - datetime(1970, 1, 1)) / timedelta(milliseconds=1) for cell in column.tolist()]  # noqa: DTZ001
            assert told.tolist() == pytest.approx(
                [np.nan if at is None else at for at in wanted], abs=0.01, nan_ok=True
            )
        else:
            assert np.array_equal(told, column.astype(float), equal_nan=True)


@given(tables())
def test_every_buffer_starts_where_a_typed_array_may(table: Table) -> None:
    frame = frames.snapshot("pm25", table, seq=0, revision=0, now=0)
    (length,) = struct.unpack_from("<I", frame, 4)
    assert (8 + length) % 8 == 0
    assert all(column["offset"] % 8 == 0 for column in json.loads(frame[8 : 8 + length])["columns"])


@given(st.binary(max_size=60))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.decode(noise)


@given(tables(), st.data())
def test_a_frame_cut_off_is_refused_or_lacks_only_padding(table: Table, data: st.DataObject) -> None:
    frame = frames.snapshot("pm25", table, seq=0, revision=0, now=0)
    kept = data.draw(st.integers(0, len(frame) - 8))
    with pytest.raises(frames.FrameError):
        frames.decode(frame[:kept])


@given(tables(), st.data())
def test_a_damaged_header_never_reads_outside(table: Table, data: st.DataObject) -> None:
    frame = bytearray(frames.snapshot("pm25", table, seq=0, revision=0, now=0))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= data.draw(st.integers(1, 255))
    try:
        read = frames.decode(bytes(frame))
    except frames.FrameError:
        return
    assert isinstance(read.columns, dict)


def test_a_delta_names_those_that_left_and_sends_no_row_of_theirs() -> None:
    changed = Table.of([("a", 1.0, False), ("b", None, True)], id="s", value="f", gone="b")
    read = frames.decode(frames.delta("pm25", changed, seq=3, since=8, revision=9, now=0))
    assert (read.kind, read.seq, read.header["since"], read.header["gone"]) == ("delta", 3, 8, ["b"])
    assert read.columns["id"] == ["a"]
    assert "gone" not in read.columns


def test_free_text_and_outlines_do_not_travel() -> None:
    table = Table.of([("b1", b"\1\2", "a neighbour wrote this")], id="s", outline="s", text="s")
    assert list(frames.decode(frames.snapshot("buildings", table, seq=0, revision=0, now=0)).columns) == ["id"]


def test_a_column_keeps_its_type_whatever_stands_in_it() -> None:
    kinds = {"id": "s", "severity": "i", "value": "f", "seen": "t", "open": "b", "title": "s"}
    full = Table.of([("a", 2**40, 1.5, 1, True, "x")], **kinds)
    empty = Table.of([], **kinds)

    def types(table: Table) -> list[str]:
        header = frames.decode(frames.snapshot("k", table, seq=0, revision=0, now=0)).header
        return [column["type"] for column in header["columns"]]

    assert types(full) == types(empty) == ["str", "f64", "f64", "f64", "u8", "str"]


def test_a_heartbeat_has_no_rows() -> None:
    read = frames.decode(frames.heartbeat(revision=5, now=10.0, lag_s=0.25))
    assert (read.kind, read.header["revision"], read.header["lag_s"], read.columns) == ("heartbeat", 5, 0.25, {})
