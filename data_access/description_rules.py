"""What the keys of a city description may hold: each method of a Table gives one value, or notes what is wrong with it.

A noted fault never stops the reading, so that a person hears of everything at once; the value given in its place
(empty, or a default) is never used.
"""

import codecs
import difflib
import math
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from msgspec import Struct
from pyproj import CRS
from pyproj.exceptions import CRSError

from data_access.city import Said
from data_access.decoders.fields import DEVICE_ID, NAME
from data_access.description_sources import SOURCES, Rules
from data_access.toml_lines import Path
from data_access.words import _

LIGHTS = ("sun", "day", "dusk", "night")
SENSOR, CAMERA, PARKING = "sensor", "camera", "parking"
DEVICE_KINDS = (SENSOR, CAMERA, PARKING)
SITE = ("mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}")

Bounds = tuple[float, float, float, float]
Kind = TypeVar("Kind")


class Wrong(Struct, frozen=True):
    """One fault: the line it is in, and a sentence that says what to do."""

    line: int
    words: str


class Table:
    """One table of a description, read key by key; all tables of a file share their list of faults."""

    def __init__(self, told: dict[str, Any], lines: dict[Path, int], at: Path = (), wrong: Any = None) -> None:
        self.told, self.lines, self.at = told, lines, at
        self.wrong: list[Wrong] = [] if wrong is None else wrong

    def fault(self, *path: str | int, words: str) -> None:
        """Note what is wrong with what stands at this path, or would stand there."""
        whole = (*self.at, *path)
        line = next((self.lines[whole[:end]] for end in range(len(whole), 0, -1) if whole[:end] in self.lines), 0)
        self.wrong.append(Wrong(line, words))

    def only(self, *keys: str) -> None:
        """Every other key is a fault."""
        whole = _("a simulated city") if keys == ("simulated",) else _("a city")
        for key in self.told:
            if key in keys:
                continue
            where = ".".join(part for part in self.at if isinstance(part, str)) or whole
            near = difflib.get_close_matches(key, keys, 1)
            hint = _(" Did you mean {key}?").format(key=near[0]) if near else ""
            words = _("{key} is no key of {table}; these are: {keys}.{hint}")
            self.fault(key, words=words.format(key=key, table=where, keys=", ".join(keys), hint=hint))

    def table(self, key: str) -> "Table":
        return Table(self._of(key, dict, _("a table"), {}), self.lines, (*self.at, key), self.wrong)

    def tables(self, key: str) -> Iterable["Table"]:
        listed = self._of(key, list, _("written as [[{key}]]").format(key=key), [])
        for number, told in enumerate(listed):
            if isinstance(told, dict):
                yield Table(told, self.lines, (*self.at, key, number), self.wrong)
            else:
                self.fault(key, number, words=_("{key} must be written as [[{key}]].").format(key=key))

    def different(self, key: str, name: str) -> None:
        """No two of these tables may hold the same value under this name."""
        listed = self.told.get(key) if isinstance(self.told.get(key), list) else ()
        values = [table.get(name) if isinstance(table, dict) else None for table in listed or ()]
        for number, value in enumerate(values):
            if value is not None and value in values[:number]:
                words = _("{name} {value} is used more than once. Give each {key} its own.")
                self.fault(key, number, name, words=words.format(name=name, value=value, key=key))

    # Texts

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self.told:
            return default
        value: str = self._of(key, str, _("a text in quotes"), "", required=True)
        if key in self.told and isinstance(self.told[key], str) and not value.strip():
            self.fault(key, words=_("{key} is empty. Write something between the quotes.").format(key=key))
        return value

    def maybe(self, key: str) -> str | None:
        return self.text(key) if key in self.told else None

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """One text, or several in brackets."""
        if isinstance(self.told.get(key), str):
            return (self.text(key),)
        return self.words(key, example)

    def words(self, key: str, example: str | None = None) -> tuple[str, ...]:
        """Several texts in brackets; none where the key is not there, unless an example says that it must be."""
        if key not in self.told and example is None:
            return ()
        listed = self._of(key, list, _("a list of texts"), [], required=example is not None, example=example)
        for number, word in enumerate(listed):
            if not isinstance(word, str) or not word:
                self.fault(key, number, words=_("{key} must be a list of texts in quotes.").format(key=key))
        return tuple(word for word in listed if isinstance(word, str))

    def names(self, key: str) -> tuple[str, ...]:
        """Names of metrics."""
        return tuple(self._metric(word, key, number) for number, word in enumerate(self.words(key)))

    def metric(self, key: str) -> str:
        return self._metric(self.text(key), key)

    def _metric(self, name: str, *path: str | int) -> str:
        if name and not NAME.fullmatch(name):
            words = _("{name} cannot be a metric. Write small letters, digits and _, with the unit: pm25_ug_m3.")
            self.fault(*path, words=words.format(name=name))
            return ""
        return name

    def key(self, key: str) -> str:
        value = self.text(key)
        if value and (not KEY.fullmatch(value) or len(value) > 40):
            words = _("{key} must be small letters a to z and digits, joined by hyphens, such as ho-chi-minh-city.")
            self.fault(key, words=words.format(key=key))
        return value

    def device_id(self, key: str) -> str:
        value = self.text(key)
        if value and (not DEVICE_ID.fullmatch(value) or value == "events"):
            words = _("{value} cannot be the id of a device. Use letters a to z, digits and . _ : - only, at most 64.")
            self.fault(key, words=words.format(value=value))
        return value

    def languages(self, key: str) -> tuple[str, ...]:
        found = self.words(key, '["vi", "en"]')
        for number, one in enumerate(found):
            if not LANGUAGE.fullmatch(one):
                words = _("{value} is no language. Write its code of two letters, such as vi or en.")
                self.fault(key, number, words=words.format(value=one))
        if key in self.told and not found:
            self.fault(key, words=_("{key} is empty. Name at least one.").format(key=key))
        return found or ("en",)

    def said(self, key: str, languages: tuple[str, ...]) -> Said:
        """A text, or one for each language."""
        return self._said(self.told.get(key), languages, key)

    def saids(self, key: str, languages: tuple[str, ...]) -> tuple[Said, ...]:
        if key not in self.told:
            return ()
        listed = self._of(key, list, _("a list"), [])
        return tuple(self._said(one, languages, key, number) for number, one in enumerate(listed))

    def _said(self, value: Any, languages: tuple[str, ...], *path: str | int) -> Said:
        if isinstance(value, str) and value.strip():
            return Said({languages[0]: value})
        key = path[0]
        if value is None:
            self.fault(
                *path, words=_("{key} is missing. Add it, such as {example}.").format(key=key, example='"Hà Nội"')
            )
        elif (
            not isinstance(value, dict) or not value or not all(isinstance(one, str) and one for one in value.values())
        ):
            words = _('{key} must be a text in quotes, or one for each language, such as {{ vi = "…", en = "…" }}.')
            self.fault(*path, words=words.format(key=key))
        else:
            for language in value:
                if language not in languages:
                    words = _(
                        "{language} is none of this city's languages ({languages}). Add it there, or leave it out."
                    )
                    self.fault(*path, language, words=words.format(language=language, languages=", ".join(languages)))
            return Said({language: value[language] for language in languages if language in value} or value)
        return Said({languages[0]: ""})

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        options = tuple(choices)
        if default is not None and key not in self.told:
            return default
        value = self.text(key)
        if value and value not in options:
            self.no_choice((key,), value, options)
        return value

    def no_choice(self, path: Path, value: str, options: Iterable[str]) -> None:
        told = ", ".join(option or '""' for option in options)
        near = difflib.get_close_matches(value, [option for option in options if option], 1)
        hint = _(" Did you mean {key}?").format(key=near[0]) if near else ""
        words = _("{value} is unknown here; choose one of {options}.{hint}")
        self.fault(*path, words=words.format(value=value, options=told, hint=hint))

    def time_zone(self, key: str) -> str:
        value = self.text(key)
        if value and value not in _zones():
            place = value.rsplit("/")[-1].lower().replace(" ", "_")
            zones = {zone.rsplit("/")[-1].lower(): zone for zone in sorted(_zones())}
            near = difflib.get_close_matches(place, zones, 1)
            example = zones[near[0]] if near else "Asia/Ho_Chi_Minh"
            words = _("There is no time zone {value}. Write its name in the IANA list, such as {example}.")
            self.fault(key, words=words.format(value=value, example=example))
        return value

    def crs(self, key: str) -> str | None:
        value = self.maybe(key)
        if value:
            try:
                CRS.from_user_input(value)
            except CRSError:
                words = _("{value} is no coordinate system. Write its number, such as EPSG:25833.")
                self.fault(key, words=words.format(value=value))
        return value

    def encoding(self, key: str) -> str | None:
        value = self.maybe(key)
        try:
            codecs.lookup(value or "utf-8")
        except LookupError:
            words = _("{value} is no encoding. Write its name, such as windows-1258.")
            self.fault(key, words=words.format(value=value))
        return value

    def flag(self, key: str) -> bool:
        return bool(self._of(key, bool, _("true or false"), False))

    # Numbers

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        value = self._of(key, (int, float), _("a number"), default or 0.0, required=default is None)
        if not (math.isfinite(value) and least <= value <= most):
            words = _("{key} must lie between {least:g} and {most:g}, not {value:g}.")
            self.fault(key, words=words.format(key=key, least=least, most=most, value=value))
        return float(value)

    def whole(self, key: str, least: int, most: int, default: int) -> int:
        value = self.number(key, least, most, default)
        if value != int(value):
            self.fault(key, words=_("{key} must be a whole number.").format(key=key))
            return default
        return int(value)

    def seconds(self, key: str) -> float | None:
        return self.number(key, 0.1, 31_536_000) if key in self.told else None

    def numbers(self, key: str, example: str = "[5]", count: int | None = None) -> tuple[float, ...]:
        listed = self._of(key, list, _("a list of numbers"), [], required=True, example=example)
        good = [float(one) for one in listed if isinstance(one, int | float) and not isinstance(one, bool)]
        good = [one for one in good if math.isfinite(one)]
        wanted = count or max(len(listed), 1)
        if isinstance(self.told.get(key), list) and not len(good) == len(listed) == wanted:
            words = _("{key} must be {count} numbers in brackets, such as {example}.")
            self.fault(key, words=words.format(key=key, count=count or _("some"), example=example))
            return ()
        return tuple(good)

    def bounds(self, key: str) -> Bounds:
        edges = self.numbers(key, "[105.7, 20.9, 106.0, 21.2]", 4)
        if len(edges) != 4:
            return (-180.0, -90.0, 180.0, 90.0)
        west, south, east, north = edges
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            self.fault(
                key, words=_("{key} must be west, south, east and north, in degrees and in that order.").format(key=key)
            )
            return (-180.0, -90.0, 180.0, 90.0)
        return west, south, east, north

    def place(self, key: str, bounds: Bounds) -> tuple[float, float]:
        """A longitude and a latitude within the city."""
        both = self.numbers(key, "[105.85, 21.02]", 2)
        if len(both) != 2:
            return (0.0, 0.0)
        lon, lat = both
        west, south, east, north = bounds
        if not (west <= lon <= east and south <= lat <= north):
            if west <= lat <= east and south <= lon <= north:
                words = _("{key} seems exchanged: the longitude comes first. Write [{lat:g}, {lon:g}].")
            else:
                words = _("{key} [{lon:g}, {lat:g}] lies outside the city's bounds. Mend it, or the bounds.")
            self.fault(key, words=words.format(key=key, lon=lon, lat=lat))
        return lon, lat

    # Mappings

    def mapping(self, key: str) -> dict[str, str]:
        told = self._of(key, dict, _("a table of texts"), {})
        for name, value in told.items():
            if not isinstance(value, str):
                words = _("{name} in {key} must be a text in quotes.")
                self.fault(key, name, words=words.format(name=name, key=key))
        return {name: value for name, value in told.items() if isinstance(value, str)}

    def fields(self, key: str, rules: Rules) -> dict[str, str]:
        """Which column holds what: what is known here, and all of it that must be said."""
        found = self.mapping(key)
        self._within(key, found, rules.fields)
        for name in rules.needs:
            if name not in found:
                words = _('fields lacks {name}: say which column of the file holds it, such as {name} = "{name}".')
                self.fault(key, words=words.format(name=name))
        return found

    def units(self, key: str, allowed: dict[str, tuple[str, ...]]) -> dict[str, str]:
        found = self.mapping(key)
        self._within(key, found, tuple(allowed))
        for name, unit in found.items():
            if name in allowed and unit not in allowed[name]:
                self.no_choice((key, name), unit, allowed[name])
        return found

    def choices(self, key: str) -> dict[str, tuple[str, ...]]:
        """For each column the values that are taken; all others are left to whoever wants them."""
        told = self._of(key, dict, _("a table"), {})
        inner = Table(told, self.lines, (*self.at, key), self.wrong)
        return {name: inner.texts(name, '["6"]') for name in told}

    def _within(self, key: str, found: dict[str, str], known: tuple[str, ...]) -> None:
        if found:
            Table(dict(found), self.lines, (*self.at, key), self.wrong).only(*known)

    def _of(
        self, key: str, kind: Any, called: str, default: Kind, required: bool = False, example: str | None = None
    ) -> Any:
        """The value of this key if it is of this kind; else the default, and what is wrong."""
        if key not in self.told:
            if required:
                words = _("{key} is missing. Add it: {called}.")
                told = f"{called}, {example}" if example else called
                self.fault(key, words=words.format(key=key, called=told))
            return default
        value = self.told[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            words = _("{key} must be {called}, not {value}.")
            self.fault(key, words=words.format(key=key, called=called, value=_shown(value)))
            return default
        return value


@cache
def _zones() -> set[str]:
    return available_timezones()


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return _("a table")
    told = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return told if len(told) <= 40 else told[:39] + "…"


__all__ = ["CAMERA", "DEVICE_KINDS", "LIGHTS", "PARKING", "SENSOR", "SITE", "SOURCES", "Table", "Wrong"]
