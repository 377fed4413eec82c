"""Cityglass' own dialect (MQTT, version 1): readings, status, about, and incidents of dispatch systems.

    cityglass/{device}/readings   {"at": TIME, "boot": "b7", "seq": 17, "values": {"pm25_ug_m3": 12.5}}
    cityglass/{device}/status     online, offline, or {"status": "online", "boot": "b7"}
    cityglass/{device}/about      {"name", "kind", "lon", "lat", "metrics": {metric: unit}, "interval_s", fields…};
                                  without lon and lat: its place is not known, so it is listed and not drawn
    cityglass/events/{kind}       {"id", "at", "kind", "severity", "state", "lon", "lat", "title", "source", "text"}

A message is taken whole or refused whole: what was refused can then be read again whole, once its cause is mended.
"""

from math import nan
from typing import Any, get_args

from data_access.decoders.base import DecodeError, Decoder
from data_access.decoders.fields import (
    DEVICE_ID,
    NAME,
    instant,
    json_object,
    number,
    one_of,
    place,
    required,
    text,
    whole,
)
from data_access.records import INCIDENT_KINDS, About, Incident, IncidentState, Online, Packet, Quality, Reading
from data_access.words import N_

MAX_VALUES = 256
MAX_RANGES = 256
ABSENCES: tuple[Quality, ...] = ("missing", "invalid", "suspect")
STATES = get_args(IncidentState)
# Fields of a register whose range is known: of a camera's optics, and the size of a parking site.
FIELDS = {
    "mount_height_m": (0.0, 1_000.0),
    "azimuth_deg": (0.0, 360.0),
    "field_of_view_deg": (0.1, 360.0),
    "range_m": (0.1, 100_000.0),
    "total_spaces": (0.0, 1_000_000.0),
}
_ABOUT = frozenset({"name", "kind", "lon", "lat", "metrics", "interval_s"})


def decode(topic: str, payload: bytes) -> Packet:
    """What one message says.

    Raises:
        DecodeError: it cannot be taken as it is; the reason says why.
    """
    _, device, what = topic.split("/", 2)
    if device == "events":
        return _event(what, payload)
    if not DEVICE_ID.fullmatch(device):
        raise DecodeError(N_("the device's name in the topic is not allowed"), ascii(device))
    return _READS[what](device, payload)


def _readings(device: str, payload: bytes) -> Packet:
    said = json_object(payload)
    boot, seq = said.get("boot"), said.get("seq")
    if boot is not None:
        boot = text(boot, "boot", 64)
    if seq is not None:
        seq = whole(seq, "seq", 1)
    try:
        return _numbered_readings(device, said, boot, seq)
    except DecodeError as refused:
        refused.numbered = None if boot is None or seq is None else (device, boot, seq)
        raise


def _numbered_readings(device: str, said: dict[str, Any], boot: str | None, seq: int | None) -> Packet:
    lost = _ranges(said["lost"], boot) if said.get("lost") is not None else ()
    values = said.get("values")
    if values is None and lost:
        return Packet((), device, boot, seq, lost)
    if type(values) is not dict:
        raise DecodeError(N_("something is missing") if values is None else N_("not an object"), "values")
    if len(values) > MAX_VALUES:
        raise DecodeError(N_("too many at once"), f"values {len(values)}")
    at = instant(required(said, "at"))
    stated = _qualities(said.get("quality"), values)
    facts = []
    for metric, value in values.items():
        if not NAME.fullmatch(metric):
            raise DecodeError(N_("a metric's name must be lower-case words joined by underscores"), ascii(metric))
        quality = stated.get(metric) if stated else None
        if value is None:
            if quality:
                facts.append(Reading(device, metric, None, at, quality, boot, seq))
        elif quality == "missing":
            raise DecodeError(N_("a value is there that is said to be missing"), metric)
        else:
            facts.append(Reading(device, metric, number(value, metric), at, quality or "good", boot, seq))
    return Packet(tuple(facts), device, boot, seq, lost)


def _qualities(said: Any, values: dict[str, Any]) -> dict[str, Quality]:
    if said is None:
        return {}
    if type(said) is not dict:
        raise DecodeError(N_("not an object"), "quality")
    for metric, quality in said.items():
        if metric not in values:
            raise DecodeError(N_("a quality is stated of a value that is not there"), ascii(metric))
        one_of(quality, "quality", ABSENCES)
    return said


def _ranges(said: Any, boot: str | None) -> tuple[tuple[int, int], ...]:
    if boot is None:
        raise DecodeError(N_("something is missing"), "boot")
    if type(said) is not list:
        raise DecodeError(N_("not a list of ranges"), "lost")
    if len(said) > MAX_RANGES:
        raise DecodeError(N_("too many at once"), f"lost {len(said)}")
    found = []
    for pair in said:
        if type(pair) is not list or len(pair) != 2:
            raise DecodeError(N_("not a list of ranges"), "lost")
        first = whole(pair[0], "lost", 1)
        found.append((first, whole(pair[1], "lost", first)))
    return tuple(found)


def _status(device: str, payload: bytes) -> Packet:
    word, boot = payload.strip(), None
    if word.startswith(b"{"):
        said = json_object(payload)
        word = one_of(required(said, "status"), "status", ("online", "offline")).encode()
        boot = text(said["boot"], "boot", 64) if said.get("boot") is not None else None
    elif not word:
        raise DecodeError(N_("the payload is empty"))
    elif word not in (b"online", b"offline"):
        raise DecodeError(N_("not one of the values allowed"), f"status {word[:40]!a}")
    return Packet((Online(device, word == b"online", boot),), device, boot)


def _about(device: str, payload: bytes) -> Packet:
    said = json_object(payload)
    kind = required(said, "kind")
    if type(kind) is not str or not NAME.fullmatch(kind):
        raise DecodeError(N_("a kind must be lower-case words joined by underscores"), ascii(kind))
    placed = said.get("lon") is not None or said.get("lat") is not None
    lon, lat = place(said) if placed else (nan, nan)
    interval = said.get("interval_s")
    about = About(
        device_id=device,
        name=text(required(said, "name"), "name", 200),
        kind=kind,
        lon=lon,
        lat=lat,
        metrics=_metrics(said.get("metrics")),
        interval_s=None if interval is None else number(interval, "interval_s", 0.01, 1e8),
        fields={name: _field(name, value) for name, value in said.items() if name not in _ABOUT and value is not None},
    )
    return Packet((about,), device)


def _metrics(said: Any) -> dict[str, str]:
    if said is None:
        return {}
    if type(said) is not dict:
        raise DecodeError(N_("not an object"), "metrics")
    if len(said) > MAX_VALUES:
        raise DecodeError(N_("too many at once"), f"metrics {len(said)}")
    for metric in said:
        if not NAME.fullmatch(metric):
            raise DecodeError(N_("a metric's name must be lower-case words joined by underscores"), ascii(metric))
    return {metric: text(unit, metric, 40) for metric, unit in said.items()}


def _field(name: str, value: Any) -> float | str:
    if not NAME.fullmatch(name):
        raise DecodeError(N_("a field's name must be lower-case words joined by underscores"), ascii(name))
    if name in FIELDS:
        return number(value, name, *FIELDS[name])
    return text(value, name, 200) if type(value) is str else number(value, name)


def _event(kind: str, payload: bytes) -> Packet:
    said = json_object(payload)
    one_of(kind, "kind", INCIDENT_KINDS)
    if required(said, "kind") != kind:
        raise DecodeError(N_("the topic names another kind than the message"), ascii(said["kind"]))
    lon, lat = place(said)
    incident = Incident(
        id=text(required(said, "id"), "id", 128),
        at=instant(required(said, "at")),
        kind=kind,
        severity=whole(required(said, "severity"), "severity", 1, 4),
        state=one_of(required(said, "state"), "state", STATES),
        lon=lon,
        lat=lat,
        title=text(required(said, "title"), "title", 200),
        source=text(required(said, "source"), "source", 100),
        text=text(said["text"], "text", 4_000, lines=True) if said.get("text") else None,
    )
    return Packet((incident,))


_READS = {"readings": _readings, "status": _status, "about": _about}
DECODER = Decoder(
    "native",
    ("cityglass/+/readings", "cityglass/+/status", "cityglass/+/about", "cityglass/events/+"),
    decode,
)
