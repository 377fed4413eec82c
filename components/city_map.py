"""The map as a Dash component: specifications and wishes in, clicks and views out; the engine is in frontend/.

The one Python file that knows the map engine. Data never passes through here: the browser gets columns by the live
channel, or by asking for those of a past instant.
"""

from typing import Any, ClassVar

from dash.development.base_component import Component

from components.bundle import manifest
from components.script import declare
from data_access.words import _, language
from layers.incidents import SEVERITIES

declare("city_map.js")


class CityMap(Component):  # type: ignore[misc]  # Dash is untyped
    """The city, mounted once for the life of a page.

    Props that go in:

    - `layers`: `[{"key", "title", "stale_after_s", "parts": [Part.as_json()], "looks", "pick", "gathers", "worst"}]`
      in drawing order; `looks` are other paints of the same parts, by their key.
    - `looks`: `{layer: look}` for the layers that are not painted by their own parts.
    - `visible`: keys of the layers that are shown; None: all.
    - `live`: address of the live channel, or None; `poll_s`: seconds between questions where there is none.
    - `columns`: where the columns of a layer are asked for, `/api/columns`.
    - `windows`: where stretches of the past are asked for, or None: each instant is asked for by itself. `step_s`: the
      seconds between the instants that are looked at one after the other, as while playing fast; 0: any.
    - `clusters`: where it is asked which things lie too close together to be told apart; None: all are drawn alone.
    - `at`: RFC 3339 time of the past that is looked at, or None: now.
      The event `moment` on the component's element, with `{"at", "step_s"}` as its detail, says the same at once; the
      props have to follow.
    - `camera`: `{"lon", "lat", "zoom", "pitch", "bearing", "flight"}`; a new one moves the map there in `flight` ms.
      With `bounds` (west, south, east, north) it shows all of them, at `zoom` at most.
    - `theme`: `night`, `day` or `dusk`; `light`: `{"azimuth", "altitude"}` of the sun in degrees, or None.
    - `still`: nothing moves by itself; `interactive`: a hand may move the map (decided when it is mounted).
    - `selected`: `{"layer", "id"}` of what is marked, or None.
    - `place`: `{"lon", "lat", "name"}` of a spot that was looked for and is marked, or None.
    - `draft`: `{"id", "lon", "lat", "azimuth_deg", "field_of_view_deg", "range_m", "geometry"}` of a thing that is
      being edited, with the GeoJSON of what it would see; it can be moved, and turned
      where it looks somewhere; or None.
    - `tiles`: `{"version", "attribution", "bounds"}` of the city's tiles.
    - `words`: the engine's words where they should differ from `engine_words()`; `language`: the reader's.
    - `silence_s`: seconds of silence to the amber veil and to the red one.

    Props that come out:

    - `clicked`: `{"layer", "id", "lon", "lat", "n"}`; a click on nothing has layer None, n counts up.
    - `view`: `{"lon", "lat", "zoom", "pitch", "bearing", "bbox", "seen"}`, 300 ms after the last movement; `seen` is
      the ring of ground beside the panels and below the horizon, four places.
    - `pulse`: `{"state", "revision", "rows", "age_s"}`, when the state changes and every 5 s; state is one of
      connecting, live, late, lost, replay.
    - `dragged`: `{"id", "lon", "lat", "azimuth_deg", "n"}` of the draft while a hand moves or turns it.
    - `ready`: True when the city was first drawn.
    """

    _namespace = "cityglass_components"
    _type = "CityMap"
    # Dash wants lists here, and declares no types
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _prop_names: ClassVar[list[str]] = [
        "id",
        "layers",
        "visible",
        "looks",
        "live",
        "poll_s",
        "columns",
        "clusters",
        "windows",
        "step_s",
        "at",
        "camera",
        "theme",
        "still",
        "interactive",
        "selected",
        "place",
        "draft",
        "tiles",
        "words",
        "language",
        "light",
        "silence_s",
        "engine",
        "clicked",
        "view",
        "pulse",
        "dragged",
        "ready",
    ]
    _valid_wildcard_attributes: ClassVar[list[str]] = []

    def __init__(self, id: str, layers: list[dict[str, Any]], **props: Any) -> None:
        props["words"] = engine_words() | (props.get("words") or {})
        props.setdefault("language", language())
        props.setdefault("columns", "/api/columns")
        props.setdefault("clusters", "/api/clusters")
        built = manifest()
        props["engine"] = {part: f"/assets/engine/{built[part]}" for part in ("module", "style")}
        super().__init__(id=id, layers=layers, **props)


def engine_words() -> dict[str, str]:
    """What the engine itself says, in the reader's language."""
    return {
        "map": _("Map of the city. What it shows stands in the tables of the layers, too."),
        "silence": _("No word from the server for {age}. What you see is old."),
        "seconds": _("{n} seconds"),
        "minutes": _("{n} minutes"),
        "hours": _("{n} hours"),
        "in": _("Closer"),
        "out": _("Further away"),
        "north": _("North up"),
        "raised": _("Raised, in 3D"),
        "flat": _("Flat, in 2D"),
        "follow": _("Keep what is selected in the middle"),
        "cluster": _("{n} devices"),
        "cluster_silent": _("{n} silent"),
        **{f"worst_{n}": _("worst: {severity}").format(severity=told) for n, told in SEVERITIES.items()},
        "move": _("Move it: drag, or use the arrow keys"),
        "turn": _("Turn it: drag, or use the arrow keys"),
        "drawing": _("Drawing the city …"),
        "failed": _("The map cannot be drawn: this browser has no WebGL 2. The tables work without it."),
    }
