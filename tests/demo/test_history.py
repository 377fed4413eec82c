"""The town's last week through the real writer: there at once, plausible, and told again without doubling."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest

from data_access.mqtt import Address
from data_access.queries import Cameras, Incidents, Latest, Parking, Track
from data_access.records import OVER
from data_access.series import Series
from data_access.store import CityStore
from data_access.writer import CityWriter
from demo.days import town_days
from demo.history import STEP_S, history, instants, known, series
from demo.simulate import Gateway
from demo.town import SEED
from layers import LAYERS

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
START = NOW - timedelta(days=7)
TOWN = town_days(SEED)
BY_KEY = {layer.key: layer for layer in LAYERS}
STREAMS = sum(len(about.metrics) for about in TOWN.abouts)


def quiet(_words: str, _share: float | None) -> None:
    """Nobody watches."""


def opened(folder: Path) -> tuple[CityWriter, CityStore]:
    writer = CityWriter.open(f"sqlite:///{folder}/city.db")
    writer.declare(TOWN.abouts, "town")
    return writer, CityStore.open(f"sqlite:///{folder}/city.db")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    writer, _store = opened(folder)
    assert 0.95 < history(writer, SEED, NOW, quiet) / (7 * 86_400 / STEP_S * STREAMS) < 0.99
    writer.close()
    return folder


@pytest.fixture(scope="module")
def store(folder: Path) -> CityStore:
    return CityStore.open(f"sqlite:///{folder}/city.db")


@pytest.fixture(scope="module")
def week() -> list[Series]:
    return list(series(TOWN, START, NOW, quiet, {}))


def steady(kind: str) -> str:
    """A device of this kind that was never away in the last day."""
    day = NOW.timestamp() - np.arange(0, 26 * 3600, 60)
    return next(about.device_id for about in TOWN.abouts if about.kind == kind and TOWN.speaks(about, day).all())


def test_a_week_is_millions_of_readings_and_every_device_has_its_share(store: CityStore) -> None:
    assert store.health().stored > 1_600_000
    assert store.health().quarantined == 0
    heard = known(store, SEED)
    silent = {about.device_id for about in TOWN.abouts} - {device for device, _metric in heard}
    assert silent == TOWN.ill.never
    assert min(heard.values()) > START


def test_a_chart_of_24_hours_is_whole(store: CityStore) -> None:
    told = store.answer(Track(steady("sensor"), "pm25_ug_m3", NOW - timedelta(hours=24), NOW))
    assert len(told) == 24 * 3600 / STEP_S
    apart = np.diff(told["observed_at"]) / np.timedelta64(1, "s")
    assert (apart == STEP_S).all()


def test_silence_stays_a_gap(store: CityStore) -> None:
    tired = [about for about in TOWN.abouts if about.device_id in TOWN.ill.tired]
    for about in tired:
        metric = next(iter(about.metrics))
        told = store.answer(Track(about.device_id, metric, NOW - timedelta(hours=30), NOW))
        apart = np.diff(told["observed_at"]) / np.timedelta64(1, "h")
        assert apart.max() > 2
        assert not np.isnan(told["value"]).any()


def test_most_devices_are_fresh_and_who_never_spoke_is_unknown(store: CityStore) -> None:
    for question in (Latest("noise_db"), Latest("vehicle_count"), Parking(), Cameras()):
        rows = list(store.answer(question))
        recent = [row.id for row in rows if row.observed_at and NOW - row.observed_at <= timedelta(seconds=STEP_S)]
        assert len(recent) >= 0.9 * len(rows)
        assert {row.id for row in rows if row.observed_at is None} <= TOWN.ill.never


@pytest.mark.parametrize("minutes", [2, 4, 61, 600, 5_003])
def test_whoever_looks_back_between_two_words_sees_a_city_that_reports(store: CityStore, minutes: int) -> None:
    then = NOW - timedelta(minutes=minutes, seconds=20)
    for layer in (BY_KEY["pm25"], BY_KEY["noise"], BY_KEY["cameras"], BY_KEY["parking"]):
        seen = [layer.status(row, then) for row in store.answer(layer.query, then)]
        assert seen.count("fresh") > 0.85 * len(seen), (layer.key, Counter(seen))


def test_from_now_on_devices_promise_what_they_keep_when_they_are_live(store: CityStore) -> None:
    promised = {row.id: row.interval_s for row in store.answer(Latest("noise_db"))}
    assert promised == {about.device_id: about.interval_s for about in TOWN.abouts if about.device_id in promised}


def test_the_city_heard_of_it_a_plausible_moment_later(week: list[Series]) -> None:
    late = np.concatenate([(told.received_at - told.observed_at) / 1e6 for told in week])
    now = NOW.timestamp() * 1e6
    assert all(told.received_at.max() <= now for told in week)
    older = np.concatenate([told.observed_at < now - 4 * 3600 * 1e6 for told in week])
    assert late[older].min() > 0.1
    assert np.median(late) < 3
    assert 0.005 < ((late > 60) & (late < 600)).mean() < 0.03  # some minutes
    assert 0.0004 < (late > 3600).mean() < 0.01  # hours, where a line was down
    assert late.max() < 4 * 3600


def test_what_a_line_kept_back_comes_all_at_once(week: list[Series]) -> None:
    kept = [told for told in week if (told.received_at - told.observed_at).max() > 2 * 3600 * 1e6]
    assert kept
    for told in kept:
        longest = (told.received_at - told.observed_at).argmax()
        together = abs(told.received_at - told.received_at[longest]) < 600 * 1e6
        assert np.ptp(told.observed_at[together]) > 2 * 3600 * 1e6
    prompt = next(told for told in week if (told.received_at - told.observed_at).max() < 600 * 1e6)
    together = abs(prompt.received_at - prompt.received_at[999]) < 600 * 1e6
    assert np.ptp(prompt.observed_at[together]) < 1800 * 1e6  # elsewhere only neighbours in time arrive together


def test_history_and_the_live_simulation_say_the_same_at_the_same_instant(
    week: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    live: dict[tuple[str, str, int], float] = {}

    def heard(topic: str, payload: bytes, **_how: object) -> object:
        device, what = topic.split("/")[1:3]
        if what == "readings":
            said = orjson.loads(payload)
            at = round(datetime.fromisoformat(said["at"]).timestamp() * 1000) * 1000
            live.update({(device, metric, at): value for metric, value in said["values"].items()})
        return type("Sent", (), {"rc": 0})

    gateway = Gateway(Address("127.0.0.1", 1), SEED, 1)
    monkeypatch.setattr(gateway._client, "publish", heard)
    first = NOW.timestamp() - 1200
    for number, about in enumerate(TOWN.abouts):
        at = gateway._next(number, first - 1)
        while at <= NOW.timestamp():
            if at > first:
                gateway._read(about, at)
            at = gateway._next(number, at)
    compared = 0
    for told in week:
        for at, value in zip(told.observed_at.tolist(), told.value.tolist(), strict=True):
            if at > first * 1e6:
                assert live[told.device_id, told.metric, at] == value, (told.device_id, told.metric)
                compared += 1
    assert compared > 3_000
    # and where history is silent, so is the live device
    spoken = {(told.device_id, at) for told in week for at in told.observed_at.tolist() if at > first * 1e6}
    for number, about in enumerate(TOWN.abouts):
        for at in instants(about, number, len(TOWN.abouts), first, NOW.timestamp()):
            us = round(at * 1000) * 1000
            if (about.device_id, us) not in spoken:
                assert all((about.device_id, metric, us) not in live for metric in about.metrics)


def test_progress_is_told_from_nothing_to_all() -> None:
    shares: list[float] = []
    town = type(TOWN)(TOWN.abouts[::40], SEED)
    list(series(town, NOW - timedelta(hours=3), NOW, lambda _words, share: shares.append(share or 0.0), {}))
    assert shares[0] == 0
    assert shares[-1] == 1
    assert sorted(shares) == shares
    assert len(shares) > 10


def test_every_incident_told_of_has_its_beginning(store: CityStore) -> None:
    incidents = store.answer(Incidents(open_only=False))
    assert 350 < len(incidents) < 700
    assert 1 <= len(store.answer(Incidents())) <= 30
    assert min(row.opened_at for row in incidents) >= START


def test_told_again_nothing_doubles(folder: Path, store: CityStore) -> None:
    before = [store.health().stored, len(store.answer(Incidents(open_only=False))), store.health().quarantined]
    writer, _store = opened(folder)
    assert history(writer, SEED, NOW, quiet, known(store, SEED)) == 0
    writer.close()
    after = [store.health().stored, len(store.answer(Incidents(open_only=False))), store.health().quarantined]
    assert after == before


class Counting:
    """A writer that counts what it is handed, and gives up after so many series."""

    def __init__(self, writer: CityWriter, most: int | None = None) -> None:
        self.writer, self.most, self.handed = writer, most, 0
        self.say, self.declare = writer.say, writer.declare

    def bulk_series(self, many: Iterable[Series]) -> int:
        return self.writer.bulk_series(self._counted(many))

    def _counted(self, many: Iterable[Series]) -> Iterable[Series]:
        for number, one in enumerate(many):
            if number == self.most:
                raise KeyboardInterrupt
            self.handed += len(one.value)
            yield one


def test_a_later_start_fills_only_what_is_missing(tmp_path: Path) -> None:
    writer, store = opened(tmp_path)
    history(writer, SEED, NOW, quiet, days=0.5)
    later = NOW + timedelta(hours=2)
    counting = Counting(writer)
    new = history(counting, SEED, later, quiet, known(store, SEED), days=0.5)
    assert 0.9 < new / (2 * 3600 / STEP_S * STREAMS) < 1.02  # two hours, not twelve
    assert new == counting.handed
    writer.close()
    at_once = tmp_path / "at_once"
    at_once.mkdir()
    other, whole = opened(at_once)
    history(other, SEED, later, quiet, days=14.5 / 24)
    other.close()
    for about in TOWN.abouts[::29]:
        for metric in about.metrics:
            asked = Track(about.device_id, metric, NOW - timedelta(hours=11), later)
            pieces, one = (city.answer(asked) for city in (store, whole))
            assert np.array_equal(pieces["observed_at"], one["observed_at"])
            assert np.array_equal(pieces["value"], one["value"])


def test_an_interrupted_telling_is_told_to_its_end_at_the_next_start(tmp_path: Path) -> None:
    writer, store = opened(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        history(Counting(writer, most=300), SEED, NOW, quiet, days=0.25)
    told = store.health().stored
    history(writer, SEED, NOW + timedelta(minutes=1), quiet, known(store, SEED), days=0.25)
    writer.close()
    assert 0 < told < 0.5 * store.health().stored
    assert {device for device, _metric in known(store, SEED)} >= {
        about.device_id
        for about in TOWN.abouts
        if TOWN.speaks(about, NOW.timestamp() - np.arange(60, 18_000, 60)).all()
    }
    track = store.answer(Track(steady("parking"), "occupied_spaces", NOW - timedelta(hours=5), NOW))
    assert len(track) == 5 * 3600 / STEP_S
    assert store.health().quarantined == 0


def test_after_a_long_pause_no_old_incident_stays_open(tmp_path: Path) -> None:
    writer, store = opened(tmp_path)
    history(writer, SEED, NOW, quiet, days=0.5)
    first = {row.id for row in store.answer(Incidents())}
    later = NOW + timedelta(days=12)
    history(writer, SEED, later, quiet, known(store, SEED), days=0.5)
    writer.close()
    states = {row.id: row.state for row in store.answer(Incidents(open_only=False))}
    assert first
    assert {states[incident] for incident in first} <= OVER
    assert all(row.opened_at > later - timedelta(hours=12) for row in store.answer(Incidents()))
