"""Districts out of files of areas: wards with their names, and the city itself told apart from them."""

from pathlib import Path

import shapely

from data_access.city import City
from data_access.description import Source
from data_access.description_sources import AREAS
from data_access.importers import shape_files, whereabouts
from data_access.importers.basemap import identity
from data_access.importers.classed import classes
from data_access.importers.found import Found, Progress, Tally
from data_access.importers.houses import outlined
from data_access.importers.places import NO_NAME
from data_access.importers.rows import number, said
from data_access.records import District, Place
from data_access.words import N_, _

KIND, ITSELF = N_("districts"), N_("the city as a whole")
WHOLE = "city"


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The districts of this file; an area of the class `city` is none of them, but the city itself, found by its name.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    progress(_("Reading {file}").format(file=path.name), None)
    rows = shape_files.read(source, path)
    assert rows.shapes is not None, "a file of shapes has shapes"
    outlines, reasons = outlined(rows.shapes, whereabouts.judge(city, path, rows.shapes))
    kinds, unclassed = classes(source, rows, dict(zip(AREAS, AREAS, strict=True)), needed=False)
    own, names, english, people = (rows.column(source, field) for field in ("id", "name", "name_en", "population"))
    tally = Tally()
    districts, places = [], []
    for row, outline in enumerate(outlines):
        name = said(names[row])
        if reason := unclassed[row] or reasons[row] or (None if name else str(NO_NAME)):
            tally.refuse(str(KIND), reason)
            continue
        named, title = identity(source, own[row], outline, name), str(name)
        if kinds[row] == WHOLE:
            tally.keep(str(ITSELF))
            inside = outline.representative_point()
            places.append(Place(named, WHOLE, title, inside.x, inside.y, said(english[row]), bounds=outline.bounds))
            continue
        tally.keep(str(KIND))
        population = number(people[row])
        districts.append(
            District(
                id=named,
                name=title,
                outline=shapely.to_wkb(outline),
                name_en=said(english[row]),
                kind=kinds[row],
                population=None if population is None else int(population),
            )
        )
    return Found(city, (), (), (), tally, districts=tuple(districts), places=tuple(places))
