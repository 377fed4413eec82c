"""Buildings out of files of polygons: outlines with heights, each height with its source; unknown stays unknown."""

from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from data_access.city import City
from data_access.description import Source
from data_access.importers import shape_files, whereabouts
from data_access.importers.found import Found, Progress, Tally
from data_access.importers.osm_heights import FOOT_M, HIGHEST_M, IMPOSSIBLE, LEVEL_M, MOST_LEVELS, NOT_A_NUMBER
from data_access.importers.osm_houses import BUILDING, HEIGHTS
from data_access.importers.rows import NOT_WANTED, Column, Rows, number, numbers, said
from data_access.records import Building
from data_access.words import N_, _

A_METRE = {"m": 1.0, "cm": 0.01, "ft": FOOT_M, "levels": LEVEL_M}
NO_AREA = N_("a point or a line instead of an area")
NOTHING_IN_IT = N_("its outline encloses nothing")
NO_YEAR = N_("no year of our calendar")
YEARS = (1, 2200)


def read(source: Source, path: Path, city: City, progress: Progress) -> Found:
    """The buildings of this file.

    Raises:
        ImportFault: it cannot be used; the sentence says why and what to do.
    """
    progress(_("Reading {file}").format(file=path.name), None)
    rows = shape_files.read(source, path)
    assert rows.shapes is not None, "a file of shapes has shapes"
    progress(_("Measuring buildings"), None)
    tally = Tally()
    outlines, refused = outlined(rows.shapes, whereabouts.judge(city, path, rows.shapes))
    chosen = rows.chosen(source)
    for reason, count in Counter(
        reason if wanted else str(NOT_WANTED) for reason, wanted in zip(refused, chosen, strict=True)
    ).items():
        if reason is None:
            tally.read[str(BUILDING)] += count
            tally.kept[str(BUILDING)] += count
        else:
            tally.read[str(BUILDING)] += count
            tally.refused[str(BUILDING), reason] += count
    kept = np.flatnonzero(chosen & np.array([reason is None for reason in refused], dtype=bool))
    return Found(city, tuple(_buildings(source, rows, outlines, kept, tally)), (), (), tally)


def outlined(shapes: Column, reasons: list[str | None]) -> tuple[Column, list[str | None]]:
    """Valid polygons out of these, or for each why it is none."""
    dimension = shapely.get_dimensions(shapes)
    outlines = shapes.copy()
    broken = np.flatnonzero(~shapely.is_valid(shapes) & (dimension == 2))
    outlines[broken] = [_mended(shape) for shape in shapes[broken]]
    hollow = ~(shapely.area(outlines) > 0)
    told = [
        reason or (str(NO_AREA) if flat else str(NOTHING_IN_IT) if empty else None)
        for reason, flat, empty in zip(reasons, dimension < 2, hollow, strict=True)
    ]
    return outlines, told


def _mended(shape: shapely.Geometry) -> shapely.Geometry | None:
    """What has an area in this, without its knots."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    pieces = [piece for piece in shapely.get_parts(mended) if piece.geom_type == "Polygon" and piece.area > 0]
    if not pieces:
        return None
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)


def _buildings(
    source: Source, rows: Rows, outlines: Column, kept: NDArray[np.int64], tally: Tally
) -> Iterator[Building]:
    wkb = shapely.to_wkb(outlines[kept])
    heights, bases, levels, sources = _heights(source, rows, kept, tally)
    for height_source, count in Counter(sources).items():
        tally.read[str(HEIGHTS[height_source])] += count
        tally.kept[str(HEIGHTS[height_source])] += count
    ids = _ids(source, rows, kept, wkb)
    names, uses = (rows.column(source, field) for field in ("name", "use"))
    years = rows.column(source, "built")
    for place, row in enumerate(kept.tolist()):
        yield Building(
            id=ids[place],
            outline=wkb[place],
            height_m=heights[place],
            height_source=sources[place],
            min_height_m=bases[place],
            levels=levels[place],
            name=said(names[row]),
            use=said(uses[row]),
            built=_year(years[row], tally),
        )


def _ids(source: Source, rows: Rows, kept: NDArray[np.int64], wkb: Column) -> list[str]:
    """An id for each that stays the same when the file is read again: its own, or else its outline's."""
    told = rows.column(source, "id")
    seen: Counter[str] = Counter()
    ids = []
    for place, row in enumerate(kept.tolist()):
        own = said(told[row]) or blake2b(wkb[place], digest_size=8).hexdigest()
        seen[own] += 1
        ids.append(f"{source.name}/{own}" if seen[own] == 1 else f"{source.name}/{own}/{seen[own]}")
    return ids


def _heights(
    source: Source, rows: Rows, kept: NDArray[np.int64], tally: Tally
) -> tuple[list[float | None], list[float], list[float | None], list[str]]:
    """Tops, bases, storeys and where each top comes from; what cannot be is counted and left unknown."""

    def measured(field: str, least: float, most: float) -> NDArray[np.float64]:
        if field not in source.fields:
            return np.full(len(kept), np.nan)
        column = rows.columns[source.fields[field]][kept]
        raw = numbers(column)
        if field == "height":
            raw[np.isin(raw, source.unknown_height)] = np.nan
        found = raw * A_METRE[source.units.get(field, "m")] if field != "levels" else raw
        impossible = ~np.isnan(found) & ~((found >= least) & (found <= most))
        if column.dtype.kind == "O":
            wordy = sum(said(value) is not None and number(value) is None for value in column.tolist())
            _refuse(tally, field, str(NOT_A_NUMBER), wordy)
        _refuse(tally, field, str(IMPOSSIBLE), int(impossible.sum()))
        found[impossible] = np.nan
        return found

    base = np.nan_to_num(measured("min_height", 0.0, HIGHEST_M))
    top, storeys = measured("height", 0.1, HIGHEST_M), measured("levels", 0.1, MOST_LEVELS)
    upside_down = top <= base
    _refuse(tally, "height", str(IMPOSSIBLE), int(upside_down.sum()))
    top[upside_down] = np.nan
    counted = np.round(storeys * LEVEL_M, 1)
    counted[counted <= base] = np.nan
    by_levels = np.isnan(top) & ~np.isnan(counted)
    top = np.where(by_levels, counted, np.round(top, 2))
    source_of = "levels" if source.units.get("height") == "levels" else "tagged"
    sources = np.where(np.isnan(top), "unknown", np.where(by_levels, "levels", source_of)).tolist()
    return _or_none(top), base.tolist(), _or_none(storeys), sources


def _or_none(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _refuse(tally: Tally, field: str, reason: str, count: int) -> None:
    if count:
        tally.read[_("tags for heights")] += count
        tally.refused[_("tags for heights"), f"{field}: {reason}"] += count


def _year(value: object, tally: Tally) -> int | None:
    """The year in which it was finished: 1905, or the first four digits of 1905-06-30."""
    text = said(value)
    if text is None:
        return None
    digits = text[:4]
    if digits.isdigit() and YEARS[0] <= int(digits) <= YEARS[1]:
        return int(digits)
    tally.refuse(_("years of building"), str(NO_YEAR))
    return None
