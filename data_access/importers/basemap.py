"""What the map is drawn on, out of files of lines and areas: roads, rails, water, green."""

from hashlib import blake2b
from pathlib import Path

import shapely

from data_access.city import City
from data_access.description import Source
from data_access.importers import shape_files, streets, whereabouts
from data_access.importers.classed import classes
from data_access.importers.found import Feature, Found, Progress, Tally
from data_access.importers.houses import NOTHING_IN_IT, outlined
from data_access.importers.rows import Column, Rows, said
from data_access.importers.vocabulary import LAYER_CLASSES
from data_access.metres import Plane
from data_access.records import Place
from data_access.words import N_, Text, _

KINDS: dict[str, Text] = {
    "roads": N_("roads"),
    "rail": N_("railways"),
    "water": N_("waters"),
    "waterway": N_("watercourses"),
    "green": N_("parks and other green"),
    "land": N_("land"),
}
LINES = frozenset({"roads", "rail", "waterway"})
NO_LINE = N_("an area or a point instead of a line")


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The lines or areas of this file, in the classes of their layer, and the streets among them by their names.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    assert source.layer is not None, "a description names the layer"
    progress(_("Reading {file}").format(file=path.name), None)
    rows = shape_files.read(source, path)
    assert rows.shapes is not None, "a file of shapes has shapes"
    far = whereabouts.judge(city, path, rows.shapes)
    if source.layer in LINES:
        shapes, bent = _lines(rows.shapes)
    else:
        shapes, bent = outlined(rows.shapes, [None] * rows.count)
    named, unclassed = classes(source, rows, LAYER_CLASSES[source.layer])
    tally = Tally()
    kind = str(KINDS[source.layer])
    kept = []
    for row, reasons in enumerate(zip(unclassed, far, bent, strict=True)):
        if reason := next((reason for reason in reasons if reason), None):
            tally.refuse(kind, reason)
        else:
            tally.keep(kind)
            kept.append(row)
    places = _streets(source, rows, shapes, kept, city, tally) if source.layer == "roads" else []
    shapes[kept] = whereabouts.cut(city, shapes[kept])
    names, english = (rows.column(source, field) for field in ("name", "name_en"))
    features = tuple(
        Feature(source.layer, shapes[row], {"class": str(named[row]), **titled(names[row], english[row])})
        for row in kept
    )
    return Found(city, (), features, (), tally, places=tuple(places))


def titled(name: object, english: object) -> dict[str, str | float]:
    """The name, and the English one beside it, as far as they are said."""
    told: dict[str, str | float] = {}
    if text := said(name):
        told["name"] = text
        if other := said(english):
            told["name_en"] = other
    return told


def identity(source: Source, own: object, shape: shapely.Geometry, *more: object) -> str:
    """An id that stays the same when the file is read again: the file's own, or else one of place and name."""
    if text := said(own):
        return f"{source.name}/{text}"
    seen = blake2b(shapely.to_wkb(shape), digest_size=8)
    for word in more:
        seen.update(str(word).encode())
    return f"{source.name}/{seen.hexdigest()}"


def _lines(shapes: Column) -> tuple[Column, list[str | None]]:
    straight = shapely.get_dimensions(shapes) == 1
    empty = ~(shapely.length(shapes) > 0)
    reasons = [
        str(NO_LINE) if not line else str(NOTHING_IN_IT) if none else None
        for line, none in zip(straight, empty, strict=True)
    ]
    return shapes.copy(), reasons


def _streets(source: Source, rows: Rows, shapes: Column, kept: list[int], city: City, tally: Tally) -> list[Place]:
    own, names, english = (rows.column(source, field) for field in ("id", "name", "name_en"))
    west, south, east, north = city.bounds
    lines = [
        streets.Line(identity(source, own[row], shapes[row]), name, shapes[row], said(english[row]))
        for row in kept
        if (name := said(names[row]))
    ]
    if not lines:
        return []
    found = streets.streets(lines, Plane((west + east) / 2, (south + north) / 2))
    kind = _("streets by their names")
    tally.read[kind] += len(lines)
    tally.kept[kind] += len(found)
    tally.refused[kind, _("pieces of the same street")] += len(lines) - len(found)
    return found
