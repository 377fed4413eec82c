"""NGSI-LD entities (ETSI GS CIM 009) with the names of the Smart Data Models, on any topic below ngsi-ld/.

    {"id": "urn:ngsi-ld:AirQualityObserved:opera", "type": "AirQualityObserved",
     "pm25": {"type": "Property", "value": 12.5, "unitCode": "GQ", "observedAt": "2026-03-02T05:00:00Z"},
     "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [105.85, 21.02]}}}

One entity, an array of them, or a subscription's notification; normalized, concise or as key-values. An entity is a
device here: one with a place declares itself, its attributes are readings. Descriptions that no metric fits are left
alone; an attribute that should be a number of ours and cannot be taken is refused by itself, with its reason.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson
import shapely

from data_access.decoders.base import DecodeError, Decoder
from data_access.decoders.fields import DEVICE_ID, instant, json_value, number, required, text
from data_access.decoders.smart_models import COUNTS, ITEMS, PARKING, PLAUSIBLE, SHARES, TYPES, Units, lowest
from data_access.metric_units import unit_of
from data_access.records import About, Fact, Packet, Quality, Reading, Refused
from data_access.words import N_

MOST_ENTITIES, MOST_CORNERS, LONGEST_ID = 1_000, 10_000, 64
PREFIX, NULL = "urn:ngsi-ld:", "urn:ngsi-ld:null"

TIMES = ("dateobservedto", "dateobserved", "observationdatetime")  # of a period its end, as everywhere in this house

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_LOOKS_ESCAPED = re.compile("_(?=[0-9A-F]{2}|-)")
# Many brokers are fed an entity per observation, its id the station's and then the time: 2016-03-15T11:00:00, or
# 20251209T150734040497Z, or 20251207162439.
_STAMP = re.compile(
    r"[-_:/.](?:20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9][:-][0-5][0-9][:-][0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
    r"|20[0-9]{2}[01][0-9][0-3][0-9]T?[0-2][0-9][0-5][0-9][0-5][0-9](?:[0-9]{3}|[0-9]{6})?Z?)$"
)


class _Attribute(NamedTuple):
    value: Any
    unit: str = ""
    observed: Any = None


def device_id(name: str, kind: str = "") -> str:
    """The device that an entity of this name and type is: the same name gives the same device, others give others.

    The prefix urn:ngsi-ld: may be left out, with the type too where the name has no colon. What a device's id must
    not hold stands as _ and two hexadecimal digits (a space is _20), and a long name ends in its digest.

    Raises:
        DecodeError: it is no URI, or reserved.
    """
    if not name or _BAD_ESCAPE.search(name):
        raise DecodeError(N_("the entity's id is no URI"), ascii(name))
    try:
        plain = unquote(name, errors="strict").removeprefix(PREFIX)
        while kind.endswith("Observed") and (stamp := _STAMP.search(plain)):
            plain = plain[: stamp.start()]
        if ":" not in plain and kind:
            plain = f"{kind}:{plain}"
        marked = _LOOKS_ESCAPED.sub("_5F", plain)
        told = "".join(
            char if DEVICE_ID.fullmatch(char) else "".join(f"_{byte:02X}" for byte in char.encode()) for char in marked
        )
    except UnicodeError:
        raise DecodeError(N_("the entity's id is no URI"), ascii(name)) from None
    if told in ("", "events"):
        raise DecodeError(N_("the entity's id names no device"), ascii(name))
    if len(told) > LONGEST_ID:
        digest = sha256(told.encode()).hexdigest()[:12]
        told = f"{told[: LONGEST_ID - 14]}_-{digest}"
    return told


def decode(topic: str, payload: bytes) -> Packet:
    """What one message says; of several entities those that cannot be taken are refused by themselves.

    Raises:
        DecodeError: nothing in it can be taken; the reason says why.
    """
    said = json_value(payload)
    if type(said) is dict and said.get("type") != "Notification" and "subscriptionId" not in said:
        return entity(said)
    entities = said if type(said) is list else said.get("data") if type(said) is dict else None
    if type(entities) is not list or not entities:
        raise DecodeError(N_("there is no entity in it"))
    if len(entities) > MOST_ENTITIES:
        raise DecodeError(N_("too many at once"), f"entities {len(entities)}")
    facts: list[Fact] = []
    refused: list[Refused] = []
    for one in entities:
        try:
            packet = entity(one)
        except DecodeError as fault:
            if len(entities) == 1:
                raise
            refused.append(Refused(fault.reason, orjson.dumps(one)))
            continue
        facts.extend(packet.facts)
        refused.extend(Refused(part.reason, orjson.dumps(one)) for part in packet.refused)
    devices = {fact.device_id for fact in facts if isinstance(fact, About | Reading)}
    return Packet(tuple(facts), devices.pop() if len(devices) == 1 else None, refused=tuple(refused))


def entity(said: Any) -> Packet:
    """What one entity declares and measures.

    Raises:
        DecodeError: it is no entity, of a type that is not read here, or nothing in it can be taken.
    """
    if type(said) is not dict:
        raise DecodeError(N_("it is not an entity"))
    kind = _kind(required(said, "type"))
    if type(name := required(said, "id")) is not str:
        raise DecodeError(N_("not a text"), "id")
    reader = _Entity(device_id(name, kind), kind, {_short(key).lower(): _attribute(cell) for key, cell in said.items()})
    facts = tuple(reader.facts())
    if not facts:
        first = reader.refused[0].reason if reader.refused else N_("nothing in it is declared or measured").words
        raise DecodeError(first)
    return Packet(facts, reader.device, refused=tuple(reader.refused))


class _Entity:
    """One entity while it is read; what cannot be taken gathers in `refused`."""

    def __init__(self, device: str, kind: str, said: dict[str, _Attribute]) -> None:
        self.device, self.kind, self.said = device, kind, said
        self.refused: list[Refused] = []

    def facts(self) -> Iterator[Fact]:
        told: dict[str, Reading] = {}
        for reading in self._parking() if self.kind in PARKING else self._measures():
            if reading:
                told.setdefault(reading.metric, reading)
        # A device that nobody placed is not declared: it is listed as unknown, and drawn nowhere.
        spot = self._tried(self._place)
        if spot:
            lon, lat = spot
            yield self._about(lon, lat, {metric: unit_of(metric) for metric in told})
        yield from told.values()

    def _tried(self, read: Any, *given: Any) -> Any:
        """What this gives; None, and a reason kept, where it cannot be taken."""
        try:
            return read(*given)
        except DecodeError as fault:
            self._refuse(fault.reason)
            return None

    def _refuse(self, reason: str) -> None:
        if all(part.reason != reason for part in self.refused):  # a time that is none is no time for every attribute
            self.refused.append(Refused(reason))

    def _measures(self) -> Iterator[Reading | None]:
        for name, units in TYPES[self.kind].items():
            if name == "intensity" and self._value("vehiclecount") is not None:
                continue  # the same count again, or no count at all
            if self._value(name) is not None:
                yield self._tried(self._reading, name, units)

    def _parking(self) -> Iterator[Reading | None]:
        if self.kind == "ParkingSpot":
            yield self._tried(self._spot)
            return
        total = self._tried(self._count, "totalspotnumber")
        taken = self._tried(self._count, "occupiedspotnumber")
        name = "occupiedspotnumber"
        free = self._tried(self._count, "availablespotnumber") if taken is None else None
        if total is not None and free is not None:
            name = "availablespotnumber"
            if free > total:
                self._refuse(DecodeError(N_("more free spaces than there are"), f"{free:.0f}").reason)
            else:
                taken = total - free
        if taken is not None:
            # More cars than spaces is what some sites report: kept as it is, and not believed.
            quality: Quality = "suspect" if total is not None and taken > total else "good"
            yield self._tried(self._told, "occupied_spaces", taken, name, quality)
        if total is not None and self._time_of("totalspotnumber") is not None:
            yield self._tried(self._told, "total_spaces", total, "totalspotnumber")

    def _spot(self) -> Reading | None:
        status = self._value("status")
        taken = {"free": 0.0, "occupied": 1.0, "unknown": None}
        if status not in ("free", "occupied", "unknown"):
            return None  # closed: neither
        return self._told("occupied_spaces", taken[status], "status", "missing" if status == "unknown" else "good")

    def _reading(self, name: str, units: Units) -> Reading:
        said = self.said[name]
        if said.unit not in units:
            raise DecodeError(N_("a unit that nobody here reads"), f"{name} {said.unit}")
        metric, factor, more = units[said.unit]
        value = number(said.value, name)
        if metric in SHARES and factor == 100 and not 0 <= value <= 1:
            raise DecodeError(N_("a share that is not between 0 and 1, and no unit says what it is"), f"{name} {value}")
        value = value if (factor, more) == (1, 0) else round(value * factor + more, 9)
        if metric == "vehicle_count" and self.kind == "ItemFlowObserved" and (item := self._value("itemtype")):
            metric = ITEMS.get(str(item).lower(), "item_count")
        if metric in COUNTS:
            _whole(value, name)
        number(value, name, lowest(metric))
        least, most = PLAUSIBLE.get(metric, (value, value))
        return self._told(metric, value, name, "good" if least <= value <= most else "suspect")

    def _told(self, metric: str, value: float | None, name: str, quality: Quality = "good") -> Reading:
        at = self._time_of(name)
        if at is None:
            raise DecodeError(N_("nobody says when this was observed"), name)
        return Reading(self.device, metric, value, instant(_moment(at)), quality)

    def _time_of(self, name: str) -> Any:
        own = self.said.get(name)
        moments = (own.observed if own else None, *(self._value(time) for time in TIMES))
        found = next((moment for moment in moments if moment is not None), None)
        return self._value("occupancymodified") if found is None and self.kind in PARKING else found

    def _count(self, name: str) -> float | None:
        return None if self._value(name) is None else _whole(number(self._value(name), name), name)

    def _value(self, name: str) -> Any:
        said = self.said.get(name)
        return None if said is None or said.value == NULL else said.value

    def _place(self) -> tuple[float, float] | None:
        return None if self._value("location") is None else _inside(self._value("location"))

    def _about(self, lon: float, lat: float, metrics: dict[str, str]) -> About:
        names = ("cameraname", "name", "stationname")
        name = next((word for word in (self._word(each) for each in names) if word), self.device)
        fields: dict[str, float | str] = {"entity_type": self.kind}
        for field, said in (("code", "cameranum"), ("provider", "dataprovider")):
            if word := self._word(said):
                fields[field] = word
        reference = self._value("refdevice")
        if isinstance(reference, str) and (device := self._tried(device_id, reference, "Device")):
            fields["ref_device"] = device
        if self.kind == "ParkingSpot":
            fields["total_spaces"] = 1.0
        elif self.kind in PARKING and (total := self._value("totalspotnumber")) is not None:
            total = self._tried(number, total, "totalSpotNumber", 0, 1e6)
            fields |= {} if total is None else {"total_spaces": total}
        return About(self.device, name, self._what(), lon, lat, metrics, fields=fields, partial=True)

    def _what(self) -> str:
        if self.kind in PARKING:
            return "parking"
        category = self._value("category") or ()
        listed = category if isinstance(category, list) else [category]
        return "camera" if self.kind == "Camera" or "camera" in listed else "sensor"

    def _word(self, name: str) -> str | None:
        said = self._value(name)
        return self._tried(text, said, name, 200) if isinstance(said, str) and said.strip() else None


def _kind(said: Any) -> str:
    for name in said if type(said) is list else [said]:
        if type(name) is str and _short(name) in TYPES:
            return _short(name)
    raise DecodeError(N_("an entity of a type that nobody here reads"), ascii(said))


def _short(name: str) -> str:
    """The name without the address of its vocabulary."""
    return re.split("[/#]", name)[-1] if name.startswith(("http://", "https://")) else name


def _attribute(said: Any) -> _Attribute:
    """An attribute in whichever form; of several instances the one that is no variant."""
    if type(said) is list and said and all(type(each) is dict and "value" in each for each in said):
        said = next((each for each in said if "datasetId" not in each), None)
    if type(said) is not dict:
        return _Attribute(said)
    if "value" not in said:
        if said.get("type") == "Relationship":
            return _Attribute(said.get("object"), "relationship")
        return _Attribute(said.get("@value", said))
    value, more = said["value"], said.get("metadata")  # so it was written before NGSI-LD
    unit, observed = said.get("unitCode"), said.get("observedAt")
    if type(more) is dict:
        unit = unit or _attribute(more.get("unitCode")).value
        observed = observed or _attribute(more.get("timestamp")).value
    if type(value) is dict and "@value" in value:
        value = value["@value"]
    return _Attribute(value, unit if type(unit) is str else "", observed)


def _moment(said: Any) -> str:
    """The text of a time; of a period (start/end) its end."""
    return text(said, "time", 80).rpartition("/")[2]


def _whole(value: float, name: str) -> float:
    if value < 0 or value != int(value):
        raise DecodeError(N_("a count that is no whole number"), f"{name} {value}")
    return value


def _inside(said: Any) -> tuple[float, float]:
    """The point of a GeoJSON geometry; of a line its middle, of an area a place inside."""
    if type(said) is not dict or said.get("type") not in ("Point", "LineString", "Polygon"):
        raise DecodeError(N_("its place is no point, line or area"))
    corners = _corners(said["type"], said.get("coordinates"))
    if len(corners) == 1:
        return corners[0]
    try:
        if said["type"] == "LineString":
            found = shapely.LineString(corners).interpolate(0.5, normalized=True)
        else:
            found = shapely.Polygon(corners).representative_point()
    except (ValueError, shapely.errors.ShapelyError) as fault:
        raise DecodeError(N_("its place is no point, line or area"), fault) from None
    return number(found.x, "lon", -180, 180), number(found.y, "lat", -90, 90)


def _corners(kind: str, said: Any) -> list[tuple[float, float]]:
    points = {"Point": [said], "LineString": said, "Polygon": said[0] if type(said) is list and said else None}[kind]
    if type(points) is not list or not points or len(points) > MOST_CORNERS:
        raise DecodeError(N_("its place is no point, line or area"))
    if any(type(point) is not list or not 2 <= len(point) <= 3 for point in points):
        raise DecodeError(N_("its place is no point, line or area"))
    return [(number(lon, "lon", -180, 180), number(lat, "lat", -90, 90)) for lon, lat, *_ in points]


DECODER = Decoder("ngsi-ld", ("ngsi-ld/#",), decode)
