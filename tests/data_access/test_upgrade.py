"""A city that an older version of the program wrote: brought up to date as it is opened, with nothing lost."""

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from data_access import engine
from data_access.engine import HEAD, NoDatabase
from data_access.incident_life import Deed
from data_access.queries import Buildings, Devices, Districts, Incidents, Latest, Search
from data_access.schema import EVER, microseconds
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import NOON, url_of

HOUR = timedelta(hours=1)
SINCE_EVER, CHANGED, ENDED = microseconds(EVER), microseconds(NOON - HOUR), microseconds(NOON - HOUR / 2)
DEVICE = (
    "INSERT INTO device VALUES (?, ?, ?, ?, 'sensor', 105.8, 21.0, 60.0, '{\"pm25_ug_m3\": \"\"}', '{}', 's', ?, ?)"
)
BUILDING = (
    "INSERT INTO building VALUES (?, ?, ?, ?, 'office', 105.8, 21.0, 9.0, 'tagged', 0, NULL, 0, ?, "
    "105.8, 21.0, 105.81, 21.01, 'map', 3, ?)"
)


def first_version(connection: Connection) -> None:
    """A city as the first version of the program left it: things that were renamed, and that ended."""

    def put(statement: str, *rows: tuple[object, ...]) -> None:
        connection.exec_driver_sql(statement, list(rows))

    put(
        DEVICE,
        ("air-1", SINCE_EVER, CHANGED, "Nhà hát Lớn", 1, 2),
        ("air-1", CHANGED, None, "Đài phun nước", 2, None),
        ("air-2", SINCE_EVER, ENDED, "Chợ Đồng Xuân", 1, 3),
    )
    outline = shapely.to_wkb(shapely.box(105.8, 21.0, 105.81, 21.01))
    put(
        BUILDING,
        ("b-1", SINCE_EVER, None, "Ga Hà Nội", outline, None),
        ("b-2", SINCE_EVER, None, None, outline, None),
        ("b-3", SINCE_EVER, ENDED, "Old mill", outline, 4),
    )
    put("INSERT INTO stream VALUES (?, ?, ?)", (1, "air-1", "pm25_ug_m3"))
    put("INSERT INTO reading VALUES (1, ?, ?, 12.5, 0, NULL, NULL, 2)", (CHANGED, CHANGED))
    put("INSERT INTO latest VALUES (1, ?, ?, 12.5, 0, 2)", (CHANGED, CHANGED))
    put("INSERT INTO late VALUES (1, ?, 2)", (CHANGED,))
    told = ("i-1", CHANGED, 0, "d", CHANGED, "fire", 2, "new", 105.8, 21.0, "Smoke", "dispatch", None, 3)
    put("INSERT INTO incident_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", told)
    put("INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?)", ("i-1", CHANGED, CHANGED, 0, "d", 0, 3))
    put("UPDATE counter SET revision = ?, first_fact = ?", (4, CHANGED))


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    made = engine._engine(url_of(tmp_path))
    with made.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(engine.MIGRATIONS))
        command.upgrade(config, "0001")
        first_version(connection)
    made.dispose()
    return url_of(tmp_path)


def found(store: CityStore, text: str, hours: float | None = None) -> list[str]:
    return list(store.answer(Search(text), None if hours is None else NOON + hours * HOUR)["id"])


def test_a_city_of_the_first_version_is_brought_up_to_date_and_keeps_all_it_knew(url: str, tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="has not been brought up to date"):
        CityStore.open(url)
    CityWriter.open(url).close()
    assert engine.version(tmp_path / "city.db") == HEAD
    store = CityStore.open(url)
    assert [(row.id, row.value) for row in store.answer(Latest("pm25_ug_m3"))] == [("air-1", 12.5)]
    assert [row.id for row in store.answer(Devices(), NOON - 2 * HOUR)] == ["air-1", "air-2"]
    assert [(row.id, row.built) for row in store.answer(Buildings())] == [("b-1", None), ("b-2", None)]
    assert len(store.answer(Districts())) == 0
    assert store.revision() == 4
    store.close()


def test_what_stood_in_it_is_found_by_the_names_it_has_and_had(url: str) -> None:
    CityWriter.open(url).close()
    store = CityStore.open(url)
    assert found(store, "ga ha noi") == ["b-1"]
    assert found(store, "dai phun") == found(store, "air 1") == ["air-1"]
    assert found(store, "nha hat") == found(store, "dong xuan") == found(store, "old mill") == []
    assert found(store, "nha hat", hours=-2) == ["air-1"]
    assert found(store, "dai phun", hours=-2) == []
    assert found(store, "dong xuan", hours=-2) == ["air-2"]
    assert found(store, "old mill", hours=-0.75) == ["b-3"]
    store.close()


def test_late_readings_that_were_noted_before_are_still_worked_off(url: str) -> None:
    writer = CityWriter.open(url)
    assert writer.keep_keyframes(NOON) > 0
    with writer._writing() as tx:
        assert tx.rows("SELECT * FROM late") == []
    writer.close()


def test_an_incident_of_before_is_worked_like_any_other(url: str) -> None:
    writer = CityWriter.open(url, clock=lambda: NOON)
    store = CityStore.open(url)
    assert [(row.id, row.state) for row in store.answer(Incidents())] == [("i-1", "new")]
    writer.work(Deed("i-1", 0, "Lan", "acknowledge"))
    assert [(row.id, row.state) for row in store.answer(Incidents())] == [("i-1", "acknowledged")]
    assert [row.state for row in store.answer(Incidents(), NOON - HOUR / 2)] == ["new"]
    store.close()
    writer.close()
