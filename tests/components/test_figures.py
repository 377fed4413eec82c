"""The few numbers of the desk: what they say, what they rest on, and how they compare with the days before."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.extent import ground, within
from components.figures import figures
from components.measures import Figure
from components.picture import picture
from components.tiles import large, scope, told
from components.usual import DAYS, FEWEST_DAYS, DaysBefore, Hours, half_hour, over_days
from components.view import View
from data_access import words
from data_access.records import Incident, IncidentState, Reading
from data_access.store import CityStore
from data_access.table import Table
from data_access.words import N_
from data_access.writer import CityWriter
from layers import LAYERS
from tests.components.noon import found, said
from tests.small_city import LAT, LON, NOON, build, url_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# What the small city measured around noon on the days before: the dust of each day, one day higher than the last.
DUST = (20.0, 21.0, 22.0, 23.0, 24.0)
LIFE: tuple[tuple[IncidentState, timedelta], ...] = (("new", -HOUR), ("closed", HOUR))


def remembering(folder: Path) -> View:
    """The desk of the small city, which remembers five days before its noon."""
    build(url_of(folder))
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
    told = [
        Reading(device, metric, value, NOON - day * DAY + shift * MINUTE)
        for day, dust in enumerate(DUST, 1)
        for device, metric, value in (
            ("air-1", "pm25_ug_m3", dust - 1),
            ("air-2", "pm25_ug_m3", dust + 1),
            ("street-1", "vehicle_count", 20.0),
            ("street-1", "noise_db", 62.0),
            ("street-1", "water_level_m", 2.5),
            ("park-1", "occupied_spaces", 100.0),
            ("park-empty", "occupied_spaces", 20.0),
        )
        for shift in (-10, 10)
    ]
    writer.bulk((reading, reading.observed_at) for reading in told)
    old = [
        Incident(f"i-{day}-{n}", NOON - day * DAY + shift, "tree", 4, state, LON, LAT, "Branch", "dispatch")
        for day in range(1, 6)
        for n in range(2)
        for state, shift in LIFE
    ]
    writer.say((incident, incident.at) for incident in old)
    writer.close()
    return View("desk", N_("Desk"), LAYERS, CityStore.open(url_of(folder)), now=lambda: NOON)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return remembering(tmp_path_factory.mktemp("days"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with words.speaking("en"):
        yield


def by_key(view: View, at: datetime | None = None, seen: Any = None) -> dict[str, Figure]:
    return {figure.key: figure for figure in figures(view, picture(view, at), seen)}


def test_there_are_seven_and_they_keep_their_order(view: View) -> None:
    order = ["incidents", "pm25", "noise", "traffic", "parking", "water-level", "devices"]
    assert list(by_key(view)) == order
    assert list(by_key(view, NOON - 20 * MINUTE)) == order
    assert list(by_key(view, seen=ground({"bbox": [0.0, 0.0, 1.0, 1.0]}))) == order


def test_a_number_is_compared_with_the_same_hour_of_the_days_before(view: View) -> None:
    dust = by_key(view)["pm25"]
    assert dust.compared == "13 above usual"  # 35 now; on the days before 20 to 24, in the middle 22
    told = " ".join(dust.sentences)
    assert "of the 5 days before" in told
    assert "mostly 20 to 24 µg/m³, usually 22 µg/m³" in told


def test_a_count_is_compared_by_its_share_and_a_usual_value_is_called_so(view: View) -> None:
    told = by_key(view)
    assert told["traffic"].compared == "70 % above usual"  # 34 where 20 are usual
    assert told["noise"].compared == "as usual"
    assert told["water-level"].compared == "0.25 below usual"


def test_car_parks_are_compared_by_the_share_that_is_taken(view: View) -> None:
    parked = by_key(view)["parking"]
    assert (parked.value, parked.unit, parked.band) == ("90", "/ 240", "room")
    assert parked.compared == "fuller than usual"  # 150 of 240 now, 120 of 240 on the days before
    assert "62 % taken" in " ".join(parked.sentences)


def test_open_incidents_are_compared_with_those_of_the_same_hour(view: View) -> None:
    told = by_key(view)["incidents"]
    assert told.value == "3"
    assert told.compared == "50 % above usual"
    assert told.severity == 1
    assert "1, critical" in told.sentences[0]


def test_a_device_counts_once_however_many_layers_show_it(view: View) -> None:
    told = by_key(view)["devices"]
    # Three of five sensors of the air, which measure dust and warmth; the street's, which measures five things; one of
    # two cameras, which have a place and a view; two of three car parks.
    assert (told.value, told.unit, told.band) == ("7", "/ 11", "64 % answer")
    assert "Silent: Fine dust 2, Parking 1, Cameras 1." in told.sentences


def test_what_is_past_its_limit_is_named_beside_the_median_that_hides_it(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.bulk([(Reading("air-1", "pm25_ug_m3", 80.0, NOON + MINUTE), NOON + MINUTE)])
    writer.close()
    view = View("desk", N_("Desk"), LAYERS, CityStore.open(url_of(tmp_path)), now=lambda: NOON + MINUTE)
    dust = by_key(view)["pm25"]
    assert dust.severity == 3
    assert "1 is past its limit: Opera." in dust.sentences


def test_a_value_that_is_marked_invalid_is_in_no_number(view: View) -> None:
    taken = picture(view, None)
    dust = taken.answers["pm25"]
    quality = np.where(dust["id"] == "air-2", "invalid", dust["quality"]).astype(object)
    doubted = replace_answers(taken, {**taken.answers, "pm25": dust.with_columns(quality=quality)})
    told = {figure.key: figure for figure in figures(view, doubted)}["pm25"]
    assert (told.value, told.trust[:6]) == ("10", "1 of 5")


def test_a_scale_without_words_gives_no_meaning(view: View) -> None:
    water = by_key(view)["water-level"]
    assert water.band == ""
    assert water.note == "highest"


def test_before_three_days_are_remembered_nothing_is_usual(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    view = View("desk", N_("Desk"), LAYERS, CityStore.open(url_of(tmp_path)), now=lambda: NOON)
    for figure in by_key(view).values():
        assert figure.compared == ""
    assert "0 days are remembered, and it takes 3" in " ".join(by_key(view)["pm25"].sentences)


def test_every_figure_says_its_band_and_who_drew_it_its_age_and_its_share(view: View) -> None:
    for key in ("pm25", "noise", "parking", "water-level"):
        figure, layer = by_key(view)[key], next(layer for layer in LAYERS if layer.key == key)
        told = " ".join(figure.sentences)
        assert layer.scale is not None
        assert str(layer.scale.source) in figure.origin
        assert "%" in told
        assert "minute" in told or "second" in told
        assert " of " in figure.trust


def test_the_highest_stands_for_water_and_names_its_place(view: View) -> None:
    water = by_key(view)["water-level"]
    assert water.value == "2.25"
    assert "Quay" in " ".join(water.sentences)


def test_what_is_in_sight_is_what_is_counted(view: View) -> None:
    around_the_opera = {
        "seen": [[LON - 1e-4, LAT - 1e-4], [LON + 1e-4, LAT - 1e-4], [LON, LAT + 1e-4]],
        "bbox": [0, 0, 1, 1],
    }
    seen = ground(around_the_opera)
    assert seen is not None
    told = by_key(view, seen=seen)
    assert told["pm25"].value == "10"
    assert told["pm25"].trust.startswith("1 of 1")
    assert told["parking"].value == "–"
    assert told["incidents"].value == "0"
    assert told["devices"].unit == "/ 1"
    assert told["pm25"].compared == "11 below usual"  # of this device, not of the city


def test_what_has_no_place_is_nowhere_in_sight(view: View) -> None:
    taken = picture(view, None)
    dust = taken.answers["pm25"]
    nowhere = {**taken.answers, "pm25": dust.with_columns(lon=np.full(len(dust), np.nan))}
    world = ground({"bbox": [-180.0, -90.0, 180.0, 90.0]})
    assert world is not None
    assert len(within(replace_answers(taken, nowhere), world).answers["pm25"]) == 0
    assert len(within(taken, world).answers["pm25"]) == len(dust)
    assert len(within(taken, world).answers["buildings"]) == len(taken.answers["buildings"])


def replace_answers(taken: Any, answers: Any) -> Any:
    return type(taken)(taken.now, taken.live, answers, taken.needs)


@pytest.mark.parametrize(
    "wish",
    [
        None,
        7,
        "here",
        {},
        {"bbox": [1, 2, 3]},
        {"bbox": [3, 0, 1, 1]},
        {"seen": [[0, 0], [1, 1]]},
        {"seen": [[0, 0], [1, 1], [0, 1], [1, 0]]},
        {"seen": [["a", 0], [1, 1], [0, 1]]},
        {"seen": [[float("nan"), 0], [1, 1], [0, 1]]},
        {"seen": [[0, 0]] * 999},
    ],
    ids=repr,
)
def test_ground_that_cannot_be_is_none(wish: object) -> None:
    assert ground(wish) is None


def test_the_corners_that_a_map_tells_go_before_the_box_around_them() -> None:
    seen = ground({"seen": [[0, 0], [2, 0], [0, 2]], "bbox": [0, 0, 2, 2]})
    assert seen is not None
    assert seen.area == 2.0


def test_a_day_on_which_few_answered_is_none_of_the_days_before() -> None:
    rows = [(device, day, 10.0 * day) for device in "abcd" for day in (1, 2, 3)]
    rows += [("a", 4, 900.0)]  # on the fourth day one of four
    hours = Hours(Table.of(rows, id="s", day="i", value="f"))
    assert hours.median(list("abcd")).days == 3
    assert hours.median(list("abcd")).usual == 20.0
    assert hours.median(["a"]).days == 4
    assert hours.median(["nobody"]).days == 0


def test_a_share_is_of_those_that_answered() -> None:
    rows = [("a", day, 50.0) for day in (1, 2, 3)] + [("b", day, 10.0) for day in (1, 2)]
    hours = Hours(Table.of(rows, id="s", day="i", value="f"))
    told = hours.share(["a", "b"], np.array([100.0, 20.0]))
    assert told.days == 3
    assert told.usual == pytest.approx(50.0)


def test_of_nothing_nothing_is_usual() -> None:
    hours = Hours(Table.of([], id="s", day="i", value="f"))
    assert hours.median([]).days == 0
    assert hours.share([], np.zeros(0)).days == 0
    assert not over_days(np.array([1.0] * (FEWEST_DAYS - 1) + [np.nan] * DAYS)).known()


@pytest.mark.parametrize(("minute", "wanted"), [(0, 0), (14, 0), (16, 30), (44, 30), (46, 60)])
def test_the_days_before_are_asked_by_the_half_hour(minute: int, wanted: int) -> None:
    assert half_hour(NOON + minute * MINUTE + timedelta(seconds=3)) == NOON + wanted * MINUTE


def test_days_before_the_first_fact_do_not_count_as_days_without_incidents(view: View) -> None:
    assert DaysBefore(view, NOON).open_incidents(None).days == 5


def test_a_tile_says_all_of_its_figure_and_leads_to_its_rows(view: View) -> None:
    shown = by_key(view)
    made = {key: told(figure) for key, figure in shown.items()}
    for key, figure in shown.items():
        assert made[key]["sentences"] == [words for words in figure.sentences if words]
        assert (made[key]["value"], made[key]["unit"]) == (figure.value, figure.unit)
        assert bool(made[key]["table"]) == (view.layer(key) is not None)
    assert made["incidents"]["severe"] == "1, critical"
    assert made["noise"]["severe"] == ""


def test_what_is_unusual_is_said_before_what_it_means(view: View) -> None:
    made = {key: told(figure) for key, figure in by_key(view).items()}
    assert (made["noise"]["meaning"], made["noise"]["unusual"]) == ("lively · as usual", False)
    assert (made["parking"]["meaning"], made["parking"]["unusual"]) == ("fuller than usual · room", True)
    assert (made["water-level"]["meaning"], made["water-level"]["unusual"]) == ("0.25 below usual", True)


def test_a_wall_has_the_same_numbers_and_nothing_to_press(view: View) -> None:
    told = list(by_key(view).values())
    assert found(large(told), "Button") == []
    for figure in told:
        assert figure.value in said(large(told))


@pytest.mark.parametrize("here", [False, True])
def test_the_choice_says_what_is_counted(here: bool) -> None:
    pressed = [getattr(button, "aria-pressed") for button in found(scope(here), "Button")]
    assert pressed == [str(not here).lower(), str(here).lower()]
