"""The town's last day through the real writer: there at once, plausible, and told again without doubling."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data_access.importers.bring import bring
from data_access.importers.found import Found, Tally
from data_access.queries import BuildingCount, Cameras, Incidents, Latest, Parking, Track
from data_access.records import OVER
from data_access.store import CityStore
from data_access.writer import CityWriter
from demo.days import TIRED
from demo.history import REACH, STEP_S, history, readings
from demo.town import SEED, town

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def quiet(_words: str, _share: float | None) -> None:
    """Nobody watches."""


def found() -> Found:
    built = town(SEED)
    return Found(built.city, built.buildings, built.features, built.abouts, Tally())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    writer = CityWriter.open(f"sqlite:///{folder}/city.db")
    bring([("town", found())], folder, writer, quiet)
    assert history(writer, SEED, NOW, quiet) > 35_000
    writer.close()
    return folder


@pytest.fixture(scope="module")
def store(folder: Path) -> CityStore:
    return CityStore.open(f"sqlite:///{folder}/city.db")


def test_the_town_stands_with_its_register_and_its_tiles(store: CityStore, folder: Path) -> None:
    built, city = town(SEED), store.city()
    assert city is not None
    assert city.name == built.city.name
    assert len(city.tiles) == 12
    assert {file.name for file in (folder / "tiles").iterdir()} == {"basemap.pmtiles", "buildings.pmtiles"}
    assert sum(row.count for row in store.answer(BuildingCount())) == len(built.buildings)
    assert (len(store.answer(Latest("pm25_ug_m3"))), len(store.answer(Parking())), len(store.answer(Cameras()))) == (
        24,
        16,
        20,
    )


def test_a_chart_of_24_hours_is_whole(store: CityStore) -> None:
    told = store.answer(Track("air-01", "pm25_ug_m3", NOW - timedelta(hours=24), NOW))
    assert len(told) == 24 * 3600 / STEP_S
    apart = np.diff(told["observed_at"]) / np.timedelta64(1, "s")
    assert (apart == STEP_S).all()


def test_a_tired_sensor_leaves_a_gap(store: CityStore) -> None:
    told = store.answer(Track("air-09", "pm25_ug_m3", NOW - REACH, NOW))
    apart = np.diff(told["observed_at"]) / np.timedelta64(1, "h")
    assert apart.max() > 2
    assert not np.isnan(told["value"]).any()


def test_most_devices_are_fresh_and_one_site_never_spoke(store: CityStore) -> None:
    latest = store.answer(Latest("pm25_ug_m3"))
    recent = [row.id for row in latest if row.observed_at and NOW - row.observed_at <= timedelta(seconds=STEP_S)]
    assert len(recent) >= 24 - len([device for device in TIRED if device.startswith("air")])
    assert [row.id for row in store.answer(Parking()) if row.observed_at is None] == ["park-15"]


def test_nothing_was_received_before_it_was_observed_or_after_now(store: CityStore) -> None:
    told = store.answer(Track("park-01", "occupied_spaces", NOW - REACH, NOW + timedelta(seconds=1)))
    late = (told["received_at"] - told["observed_at"]) / np.timedelta64(1, "s")
    assert (late > 0).all()
    assert late.max() < 4
    assert told["received_at"].max() <= np.datetime64(NOW.replace(tzinfo=None), "us")


def test_every_incident_told_of_has_its_beginning(store: CityStore) -> None:
    incidents = store.answer(Incidents(open_only=False))
    assert len(incidents) > 40
    assert 1 <= len(store.answer(Incidents())) <= 9
    assert min(row.opened_at for row in incidents) >= NOW - REACH


def test_told_again_nothing_doubles(folder: Path, store: CityStore) -> None:
    before = [store.health().stored, len(store.answer(Incidents(open_only=False))), store.health().quarantined]
    writer = CityWriter.open(f"sqlite:///{folder}/city.db")
    became = bring([("town", found())], folder, writer, quiet)
    assert history(writer, SEED, NOW, quiet, since=store.first_fact()) == 0
    writer.close()
    assert (became.new, became.changed, became.ended) == (0, 0, 0)
    after = [store.health().stored, len(store.answer(Incidents(open_only=False))), store.health().quarantined]
    assert after == before


def test_after_a_long_pause_no_old_incident_stays_open(tmp_path: Path) -> None:
    writer = CityWriter.open(f"sqlite:///{tmp_path}/city.db")
    store = CityStore.open(f"sqlite:///{tmp_path}/city.db")
    history(writer, SEED, NOW, quiet)
    first = {row.id for row in store.answer(Incidents())}
    later = NOW + timedelta(days=3)
    history(writer, SEED, later, quiet, since=store.first_fact())
    writer.close()
    states = {row.id: row.state for row in store.answer(Incidents(open_only=False))}
    assert first
    assert {states[incident] for incident in first} <= OVER
    assert all(row.opened_at > later - timedelta(hours=4) for row in store.answer(Incidents()))


def test_history_speaks_at_instants_at_which_the_devices_speak_live() -> None:
    from data_access.mqtt import Address
    from demo.simulate import Gateway

    gateway = Gateway(Address("127.0.0.1", 1), SEED, 1)
    for number, about in enumerate(town(SEED).abouts[:5]):
        told = next(
            reading
            for reading, _received in readings(SEED, NOW, NOW + REACH, quiet)
            if reading.device_id == about.device_id
        )
        live = gateway._next(number, told.observed_at.timestamp() - 0.5)
        assert round(live, 3) == round(told.observed_at.timestamp(), 3)
