"""Registers of devices out of tables: sensors, cameras and parking sites, where they stand and what they declare."""

import re
from pathlib import Path
from typing import Any

from data_access.city import City
from data_access.decoders import DecodeError
from data_access.decoders.fields import NAME
from data_access.decoders.native import FIELDS
from data_access.decoders.ngsi_ld import device_id
from data_access.description import Source
from data_access.importers import tables, whereabouts
from data_access.importers.found import Found, Progress, Tally
from data_access.importers.osm_heights import IMPOSSIBLE
from data_access.importers.rows import NOT_WANTED, number, said
from data_access.metric_units import unit_of
from data_access.records import About
from data_access.words import N_, Text, _

KINDS: dict[str, tuple[str, Text]] = {
    "sensors": ("sensor", N_("sensors")),
    "cameras": ("camera", N_("cameras")),
    "parking": ("parking", N_("parking sites")),
}
NO_ID = N_("it has no id")
BAD_ID = N_("its id cannot be the id of a device")
TWICE = N_("its id was there before")
FIELD = N_("fields of devices")
SEPARATORS = re.compile(r"[,;\s]+")


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The devices of this register. A row that its own source calls faulty (`fault`) is refused in those words.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    progress(_("Reading {file}").format(file=path.name), None)
    rows = tables.read(source, path)
    kind, counted = KINDS[source.kind][0], str(KINDS[source.kind][1])
    reader = _Reader(source, rows, kind)
    far = whereabouts.judge(city, path, rows.shapes)
    tally = reader.tally
    for bad in rows.bad:
        tally.refuse(counted, bad)
    for row, (wanted, away) in enumerate(zip(rows.chosen(source).tolist(), far, strict=True)):
        reason = str(NOT_WANTED) if not wanted else reader.fault(row) or away or reader.declared(row)
        if reason:
            tally.refuse(counted, reason)
        else:
            tally.keep(counted)
    return Found(city, (), (), tuple(reader.abouts.values()), tally)


class _Reader:
    """One register while it is read."""

    def __init__(self, source: Source, rows: tables.Placed, kind: str) -> None:
        self.source, self.rows, self.kind = source, rows, kind
        self.abouts: dict[str, About] = {}
        self.tally = Tally()
        self._told = {field: rows.column(source, field) for field in source.fields}

    def fault(self, row: int) -> str | None:
        """Why the source itself calls this row faulty."""
        word = self._said("fault", row)
        return None if word is None else _("its source says: {words}").format(words=word[:80])

    def declared(self, row: int) -> str | None:
        """Declares the device of this row; or else why it cannot be."""
        own = self._said("id", row)
        if own is None:
            return str(NO_ID)
        try:
            name = device_id(self.source.id_prefix + own)
        except DecodeError:
            return str(BAD_ID)
        if name in self.abouts:
            return str(TWICE)
        point = self.rows.shapes[row].representative_point()
        self.abouts[name] = About(
            device_id=name,
            name=self._said("name", row) or own,
            kind=self.kind,
            lon=point.x,
            lat=point.y,
            metrics=self._metrics(row),
            interval_s=number(self._value("interval_s", row)) or self.source.interval_s,
            fields=self._fields(row),
        )
        return None

    def _metrics(self, row: int) -> dict[str, str]:
        """What it measures: what the description says of all, and what its own row says."""
        named = [word for word in SEPARATORS.split(self._said("metrics", row) or "") if word]
        for word in named:
            if not NAME.fullmatch(word):
                self.tally.refuse(str(FIELD), _("{word} cannot be a metric").format(word=word[:40]))
        return self.source.metrics | {word: unit_of(word) for word in named if NAME.fullmatch(word)}

    def _fields(self, row: int) -> dict[str, float | str]:
        fields: dict[str, float | str] = {}
        for name, (least, most) in FIELDS.items():
            value = self._value(name, row)
            if said(value) is None:
                continue
            found = number(value)
            if found is None or not least <= found <= most:
                self.tally.refuse(str(FIELD), f"{name}: {IMPOSSIBLE}")
            else:
                fields[name] = found
        for column in self.source.keep:
            if (word := _joined(self.rows.columns[column][row])) is not None:
                fields[column] = word
        return fields

    def _value(self, field: str, row: int) -> Any:
        return self._told[field][row] if field in self._told else None

    def _said(self, field: str, row: int) -> str | None:
        return said(self._value(field, row))


def _joined(value: Any) -> str | None:
    return ", ".join(str(one) for one in value) or None if isinstance(value, list) else said(value)
