"""Light and sky in a real Chromium: warm while the sun is low, a glow after it has set, clear by hand."""

from itertools import pairwise
from typing import Any

import pytest

from tests.components.conftest import Shown
from tests.components.test_map_groups import module

pytestmark = pytest.mark.browser


def sky(shown: Shown) -> Any:
    return shown.ask("() => cityglass.map.getSky()")


def test_the_sky_goes_with_the_sun(shown: Shown) -> None:
    shown.open(theme="day", light={"azimuth": 180, "altitude": 60})
    noon = sky(shown)
    shown.set(light={"azimuth": 270, "altitude": 3})
    shown.wait("(noon) => cityglass.map.getSky()['horizon-color'] !== noon", noon["horizon-color"])
    assert shown.ask("() => cityglass.map.getLight().position[1]") == 270
    shown.set(theme="night", light={"azimuth": 275, "altitude": -2})
    shown.wait("() => cityglass.map.getPaintProperty('ground', 'background-color') === '#121922'")
    glow = sky(shown)
    shown.set(light={"azimuth": 320, "altitude": -40})
    shown.wait("(glow) => cityglass.map.getSky()['horizon-color'] !== glow", glow["horizon-color"])
    assert sky(shown)["horizon-color"] == "#16202c"


def test_the_haze_has_the_colour_of_the_horizon(shown: Shown) -> None:
    for theme, sun in (("day", 60), ("day", 2), ("night", -3), ("night", -50), ("dusk", 7)):
        shown.open(theme=theme, light={"azimuth": 280, "altitude": sun})
        far = shown.ask("() => document.querySelector('.cg-haze').style.getPropertyValue('--far')")
        assert far == sky(shown)["horizon-color"]


def test_nothing_jumps_as_the_sun_goes_down(shown: Shown) -> None:
    shown.open()
    script = """async () => { const engine = await import(window.enginePath);
        const warm = (shade) => (altitude) => engine.warmth(shade, { azimuth: 270, altitude });
        const down = Array.from({ length: 141 }, (_, i) => i / 10);
        return { day: down.map(warm("day")), night: down.map((one) => -one).map(warm("night")),
                 byHand: [engine.warmth("night", { azimuth: 180, altitude: 50 }), engine.warmth("dusk", null)] } }"""
    told = module(shown, script)
    for shades in (told["day"][1:], told["night"]):
        assert all(abs(a - b) < 0.02 for a, b in pairwise(shades))
    assert told["day"][1] > 0.9
    assert told["night"][0] == 1
    assert told["day"][-1] == told["night"][-1] == 0
    assert told["byHand"] == [0, 0]
