"""Rows for the map's harness: the town's own devices, of every age and with every gap."""

import math
import time
from typing import Any

import numpy as np
import orjson

from data_access.records import About
from data_access.table import Table, instants
from demo import town

AGES_S = (5, 5, 5, 5, 5, 5, 40, 52, 2000, None)  # for an interval of 20 s: fresh, late, stale, dead, never


def rows(made: town.Town, past: bool = False) -> dict[str, Table]:
    """One table a layer; in the past every value is another and nothing is old."""
    kinds = {kind: [about for about in made.abouts if about.kind == kind] for kind in ("sensor", "camera", "parking")}
    return {
        "pm25": _sensors(kinds["sensor"], "pm25_ug_m3", lambda i: 8 + (i * 13) % 80 + (100 if past else 0), past),
        "temperature": _sensors(
            kinds["sensor"], "temperature_c", lambda i: 24 + (i * 7) % 17 - (20 if past else 0), past
        ),
        "cameras": _cameras(kinds["camera"], past),
        "camera-views": _views(kinds["camera"], past),
        "parking": _parking(kinds["parking"], past),
        "incidents": _incidents(made, past),
    }


def _base(abouts: list[About], past: bool) -> dict[str, np.ndarray]:
    moment = time.time()
    ages: list[Any] = [5 if past else AGES_S[i % len(AGES_S)] for i in range(len(abouts))]
    observed = instants(None if age is None else int((moment - age) * 1e6) for age in ages)
    return {
        "id": _texts(about.device_id for about in abouts),
        "name": _texts(about.name for about in abouts),
        "kind": _texts(about.kind for about in abouts),
        "lon": np.array([about.lon for about in abouts]),
        "lat": np.array([about.lat for about in abouts]),
        "interval_s": np.full(len(abouts), 20.0),
        "observed_at": observed,
        "received_at": observed,
        "online": np.ones(len(abouts)),
        "revision": np.ones(len(abouts)),
    }


def _sensors(abouts: list[About], metric: str, value: Any, past: bool) -> Table:
    own = [about for about in abouts if metric in about.metrics]
    values = [math.nan if i == 5 else float(value(i)) for i in range(len(own))]
    return Table(_base(own, past) | {"value": np.array(values)})


def _cameras(abouts: list[About], past: bool) -> Table:
    def field(name: str) -> np.ndarray:
        return np.array([float(about.fields.get(name, math.nan)) for about in abouts])

    names = ("mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m")
    return Table(_base(abouts, past) | {name: field(name) for name in names})


def _views(abouts: list[About], past: bool) -> Table:
    aimed = [about for about in abouts if "azimuth_deg" in about.fields]
    return Table(_base(aimed, past) | {"geometry": _texts(_sector(about) for about in aimed)})


def _sector(about: About) -> str:
    fields = {name: float(value) for name, value in about.fields.items()}
    middle, half = fields["azimuth_deg"], fields["field_of_view_deg"] / 2
    turns = [math.radians(middle - half + k * half / 8) for k in range(17)]
    degree = fields["range_m"] / 111_320
    ring = [[about.lon, about.lat]]
    ring += [
        [about.lon + degree * math.sin(turn) / math.cos(math.radians(about.lat)), about.lat + degree * math.cos(turn)]
        for turn in turns
    ]
    return orjson.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}).decode()


def _parking(abouts: list[About], past: bool) -> Table:
    total = np.array([float(about.fields.get("total_spaces", 100)) for about in abouts])
    share = np.array([math.nan if i == 3 else (i * 0.17) % 1.0 for i in range(len(abouts))])
    return Table(_base(abouts, past) | {"occupied_spaces": np.round(total * share), "total_spaces": total})


def _incidents(made: town.Town, past: bool) -> Table:
    titles = ("Cháy nhà kho ở Bến Gương", "Ngập đường Đê Tả", "Va chạm giao thông", "Cây đổ")
    n = 2 if past else len(titles)
    moment = instants([int(time.time() * 1e6)] * n)
    return Table(
        {
            "id": _texts(f"inc-{i}" for i in range(n)),
            "kind": _texts(("fire", "flood", "crash", "tree")[:n]),
            "severity": np.arange(1.0, n + 1),
            "state": _texts(("new", "assigned", "new", "acknowledged")[:n]),
            "lon": made.city.lon + np.array([-0.0022, 0.0031, 0.0008, -0.0009])[:n],
            "lat": made.city.lat + np.array([0.0009, -0.0011, 0.0021, -0.0016])[:n],
            "title": _texts(titles[:n]),
            "opened_at": moment,
            "observed_at": moment,
            "received_at": moment,
            "revision": np.ones(n),
        }
    )


def _texts(words: Any) -> np.ndarray:
    told = list(words)
    column = np.empty(len(told), dtype=object)
    column[:] = told
    return column
