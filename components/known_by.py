"""Where a thing is, in names that people use, and how the city comes to know of it."""

from datetime import datetime, timedelta

from components.clock import moment
from components.view import View
from data_access.queries import Buildings, Clocks, Districts, Incidents, Notes, Origin, Whereabouts
from data_access.words import _, language, ngettext
from layers.base import Fact, Layer, Row
from layers.phrases import clock, known, number, span

DOOR_M = 60.0  # a house this near is more to the point than its street
AHEAD_S, BEHIND_S = 5.0, 60.0  # from here on a clock is wrong; what is a minute on its way is not
ITSELF, DESCRIBED, DESK = "mqtt", "[[device]]", "desk"  # sources that are no file


def where(view: View, layer: Layer, row: Row, at: datetime | None) -> list[Fact]:
    """District and nearest address or street; nothing of an area, or of what has no known place."""
    if known(row, "lon") is None or known(row, "lat") is None or isinstance(layer.query, Districts):
        return []
    rows = list(view.store.answer(Whereabouts(row.lon, row.lat), at))
    named = [_name(one) for one in rows if one.kind == "district"]
    if beside := _beside(rows):
        far = metres(beside.distance_m)
        named.insert(0, _("{name}, {distance} away").format(name=_name(beside), distance=far))
    return [Fact(_("Where"), "; ".join(named))] if named else []


def metres(distance_m: float) -> str:
    """A distance as one says it: 40 m, 1.2 km."""
    if distance_m < 995:
        return f"{number(round(distance_m, -1) if distance_m >= 100 else distance_m)} m"
    return f"{number(distance_m / 1000, 1)} km"


def _beside(rows: list[Row]) -> Row | None:
    """What a place lies beside: a house of its street with its number, the street, an address, or any mark."""
    near = {one.kind if one.kind in ("street", "address") else "mark": one for one in rows if one.kind != "district"}
    street, address = near.get("street"), near.get("address")
    if address and address.distance_m <= DOOR_M and (street is None or street.name in address.name):
        return address
    return street or address or near.get("mark")


def coordinates(lon: float, lat: float) -> str:
    """A place in degrees, to a metre."""
    return _("{lat}° {north}, {lon}° {east}").format(
        lat=number(abs(lat), 5),
        north=_("N") if lat >= 0 else _("S"),
        lon=number(abs(lon), 5),
        east=_("E") if lon >= 0 else _("W"),
    )


def origin(view: View, layer: Layer, row: Row, at: datetime | None, now: datetime) -> list[Fact]:
    """Who named it to the city, since when it stands so, and since when it is heard of."""
    if isinstance(layer.query, Incidents | Notes):
        return []
    found = next(iter(view.store.answer(Origin(register_of(layer, row), row.id), at)), None)
    if found is None:
        return [Fact(_("Named by"), _("nobody: it is not in the register"))] if hasattr(row, "interval_s") else []
    facts = [Fact(_("Named by"), source(found.source))]
    if found.since:
        facts.append(Fact(_("As it stands since"), clock(found.since, now)))
    if hasattr(row, "interval_s"):
        heard = moment(found.heard_at, now.tzinfo) if found.heard_at else _("never")
        facts.append(Fact(_("First heard of"), heard))
        wrong = next(iter(view.store.answer(Clocks(row.id, AHEAD_S, BEHIND_S))), None) if at is None else None
        if wrong is not None:
            facts.append(Fact(_("Its clock"), off(wrong.ahead_s)))
    if found.versions > 1:
        told = ngettext("{n} version in the register", "{n} versions in the register", found.versions)
        facts.append(Fact(_("Changed"), told.format(n=number(found.versions))))
    return facts


def off(ahead_s: float) -> str:
    """By how much a device's clock is wrong; what it says may also take so long."""
    told = _("{span} ahead") if ahead_s > 0 else _("{span} behind, or it tells so late")
    return told.format(span=span(timedelta(seconds=abs(ahead_s))))


def register_of(layer: Layer, row: Row) -> str:
    """The register that a row of a layer comes from."""
    if hasattr(row, "interval_s"):
        return "device"
    return "building" if isinstance(layer.query, Buildings) else "district"


def source(named: str) -> str:
    """What a source is called; a file has its own name."""
    words = {
        ITSELF: _("the device itself, over MQTT"),
        DESCRIBED: _("the city's description"),
        DESK: _("someone at the desk"),
    }
    return words.get(named, named)


def _name(row: Row) -> str:
    english = known(row, "name_en")
    return str(english if english and language() == "en" else row.name)
