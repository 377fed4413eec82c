"""Points that a person orients by, out of tables and files of points: bus stops, hospitals, schools, quarters."""

from pathlib import Path

import numpy as np

from data_access.city import City
from data_access.description import Source
from data_access.importers import tables, whereabouts
from data_access.importers.basemap import identity, titled
from data_access.importers.classed import classes
from data_access.importers.found import Feature, Found, Progress, Tally
from data_access.importers.rows import said
from data_access.importers.vocabulary import OWN_CLASS, POINT_KINDS
from data_access.records import Place
from data_access.words import N_, _

NO_NAME = N_("it has no name")
TWICE = N_("named there already")
KIND = N_("places")


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The named points of this file; of an area, a point inside. The same name at the same place counts once.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    progress(_("Reading {file}").format(file=path.name), None)
    rows = tables.read(source, path)
    points = np.array([shape if shape is None else shape.representative_point() for shape in rows.shapes], dtype=object)
    far = whereabouts.judge(city, path, points)
    kinds, unclassed = classes(source, rows, POINT_KINDS)
    names, english, own = (rows.column(source, field) for field in ("name", "name_en", "id"))
    tally = Tally()
    for bad in rows.bad:
        tally.refuse(str(KIND), bad)
    seen: set[tuple[str, float, float]] = set()
    features, places = [], []
    for row, (word, reason, away, point) in enumerate(zip(kinds, unclassed, far, points, strict=True)):
        name = said(names[row])
        if reason or away or name is None:
            tally.refuse(str(KIND), reason or away or str(NO_NAME))
            continue
        spot = (name, round(point.x, 5), round(point.y, 5))  # a metre
        if spot in seen:
            tally.refuse(str(KIND), str(TWICE))
            continue
        seen.add(spot)
        tally.keep(str(KIND))
        kind = str(word)
        classed = {"class": kind} if kind in OWN_CLASS else {"class": "poi", "kind": kind}
        features.append(Feature("places", point, {**classed, **titled(names[row], english[row])}))
        places.append(Place(identity(source, own[row], point, name), kind, name, point.x, point.y, said(english[row])))
    return Found(city, (), tuple(features), (), tally, places=tuple(places))
