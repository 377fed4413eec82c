"""NGSI-LD entities of the Smart Data Models: what each form gives, whose it is, and what is refused with its reason."""

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.decoders import DecodeError
from data_access.decoders.fields import DEVICE_ID
from data_access.decoders.ngsi_ld import decode, device_id
from data_access.decoders.smart_models import COUNTS, TYPES
from data_access.queries import Cameras, Latest
from data_access.records import About, Packet, Reading, Refused
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from tests.captured import captured
from tests.conftest import HOUSE
from tests.devices import quarantined, url_in

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
PLACE = {"type": "Point", "coordinates": [105.8571, 21.0241]}


def told(entity: Any) -> Packet:
    return decode("ngsi-ld/any/topic", orjson.dumps(entity))


def packet(name: str) -> Packet:
    (found,) = [each for each in captured("ngsi-ld") if each.name == name]
    return decode(found.topic, found.payload)


def values(packet: Packet) -> dict[str, float | None]:
    return {fact.metric: fact.value for fact in packet.facts if isinstance(fact, Reading)}


def about(packet: Packet) -> About:
    (found,) = [fact for fact in packet.facts if isinstance(fact, About)]
    return found


def reasons(packet: Packet) -> list[str]:
    return [part.reason for part in packet.refused]


def entity(kind: str = "AirQualityObserved", **said: Any) -> dict[str, Any]:
    return {"id": f"urn:ngsi-ld:{kind}:x", "type": kind, "dateObserved": NOON.isoformat(), **said}


def measured(name: str, value: Any, unit: str = "", kind: str = "AirQualityObserved") -> Packet:
    return told(entity(kind, **{name: {"type": "Property", "value": value, **({"unitCode": unit} if unit else {})}}))


def refusal(said: Any) -> str:
    with pytest.raises(DecodeError) as caught:
        told(said)
    return caught.value.reason


# --- forms -----------------------------------------------------------------------------------------------------------


def test_a_normalized_entity_declares_itself_and_measures() -> None:
    air = packet("normalized.json")
    assert values(air) == {"pm25_ug_m3": 38.5, "no2_ug_m3": 41.0}
    assert {fact.observed_at for fact in air.facts if isinstance(fact, Reading)} == {NOON}
    station = about(air)
    assert (station.device_id, station.name, station.kind) == (
        "AirQualityObserved:nha-hat-lon", "Nhà hát Lớn", "sensor",
    )  # fmt: skip
    assert (station.lon, station.lat) == (105.8571, 21.0241)
    assert station.metrics == {"pm25_ug_m3": "µg/m³", "no2_ug_m3": "µg/m³"}


def test_key_values_say_the_same_and_of_a_period_its_end_counts() -> None:
    air = packet("as_key_values.json")
    assert values(air) == {"pm25_ug_m3": 0.0, "humidity_pct": 70.0}
    assert {fact.observed_at for fact in air.facts if isinstance(fact, Reading)} == {NOON}
    assert about(air).device_id == about(packet("normalized.json")).device_id


def test_of_several_entities_each_is_its_own_device_and_the_packet_names_none() -> None:
    weather = packet("two_in_an_array.json")
    assert {(fact.device_id, fact.metric, fact.value) for fact in weather.facts if isinstance(fact, Reading)} == {
        ("WeatherObserved:lang", "temperature_c", 22.0),
        ("WeatherObserved:lang", "humidity_pct", 74.0),
        ("WeatherObserved:ho-tay", "wind_speed_m_s", 5.0),
        ("WeatherObserved:ho-tay", "pressure_hpa", 1009.0),
    }
    assert weather.device_id is None


def test_a_notification_gives_what_is_understood_and_refuses_the_rest_by_itself() -> None:
    flow = packet("notification_of_a_subscription.json")
    assert values(flow) == {"vehicle_count": 23.0}
    assert about(flow).fields["ref_device"] == "Camera:12"
    assert reasons(flow) == ["an entity of a type that nobody here reads: 'Vehicle'"]
    assert flow.refused[0].raw is not None
    assert json.loads(flow.refused[0].raw)["id"] == "urn:ngsi-ld:Vehicle:bus-9"


def test_an_attribute_called_data_makes_no_notification_and_one_of_the_older_kind_is_read() -> None:
    assert values(told(entity(pm25=3, data=[1, 2]))) == {"pm25_ug_m3": 3.0}
    assert values(told({"subscriptionId": "5", "data": [entity(pm25=4)]})) == {"pm25_ug_m3": 4.0}
    assert refusal({"subscriptionId": "5", "data": []}) == "there is no entity in it"
    assert refusal({"type": "Notification"}) == "there is no entity in it"


def test_concise_variants_and_full_addresses_of_names_are_read() -> None:
    assert values(told(entity(pm25={"value": 7.5}))) == {"pm25_ug_m3": 7.5}
    variants = [{"value": 9, "datasetId": "urn:b"}, {"value": 8}]
    assert values(told(entity(pm25=variants))) == {"pm25_ug_m3": 8.0}
    full = entity(**{"https://smartdatamodels.org/dataModel.Environment/pm25": {"value": 3}})
    full["type"] = "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"
    assert values(told(full)) == {"pm25_ug_m3": 3.0}
    before = {"type": "Number", "value": 2, "metadata": {"unitCode": {"value": "GP"}}}
    assert values(told(entity(NO2=before))) == {"no2_ug_m3": 2000.0}


def test_what_is_null_or_only_described_is_nothing_and_never_a_zero() -> None:
    said = entity(pm25=None, pm10={"value": "urn:ngsi-ld:null"}, airQualityLevel="good", no2=0, location=PLACE)
    assert values(told(said)) == {"no2_ug_m3": 0.0}
    assert refusal(entity(pm25=None)) == "nothing in it is declared or measured"


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "unit", "kind", "metric", "told"),
    [
        ("co", 0.5, "", "AirQualityObserved", "co_mg_m3", 0.5),
        ("co", 500, "GQ", "AirQualityObserved", "co_mg_m3", 0.5),
        ("temperature", 50, "FAH", "WeatherObserved", "temperature_c", 10.0),
        ("pm25", -2.5, "", "AirQualityObserved", "pm25_ug_m3", -2.5),
        ("temperature", -3.5, "", "WeatherObserved", "temperature_c", -3.5),
        ("relativeHumidity", 1, "", "WeatherObserved", "humidity_pct", 100.0),
        ("relativeHumidity", 1, "P1", "WeatherObserved", "humidity_pct", 1.0),
        ("precipitation", 2, "", "WeatherObserved", "precipitation_mm", 2.0),
        ("precipitation", 2, "H67", "WeatherObserved", "rain_mm_h", 2.0),
        ("streamGauge", 50, "", "WeatherObserved", "water_level_m", 0.5),
        ("averageVehicleSpeed", 10, "MTS", "TrafficFlowObserved", "speed_km_h", 36.0),
        ("LAeq", 61.2, "", "NoiseLevelObserved", "noise_db", 61.2),
        ("currentLevel", 1.98, "MTR", "FloodMonitoring", "water_level_m", 1.98),
        ("peopleCount", 100, "", "CrowdFlowObserved", "people_count", 100.0),
    ],
)
def test_a_unit_is_brought_to_that_of_the_metrics_name(
    name: str, value: float, unit: str, kind: str, metric: str, told: float
) -> None:
    assert values(measured(name, value, unit, kind)) == {metric: told}


@pytest.mark.parametrize(
    ("name", "value", "unit", "reason"),
    [
        ("no2", 20, "61", "a unit that nobody here reads: no2 61"),
        ("pm25", "12", "", "not a finite number: pm25"),
        ("pm25", True, "", "not a finite number: pm25"),
        ("pm25", -999, "", "a number outside its range: pm25 -999"),
        ("temperature", -999, "", "a number outside its range: temperature -999"),
        ("windSpeed", -1, "", "a number outside its range: windspeed -1"),
        ("relativeHumidity", 74, "", "a share that is not between 0 and 1, and no unit says what it is"),
    ],
)
def test_a_number_that_cannot_be_taken_is_refused_with_its_reason(
    name: str, value: Any, unit: str, reason: str
) -> None:
    said = {"type": "Property", "value": value, **({"unitCode": unit} if unit else {})}
    assert refusal(entity(**{name: said})).startswith(reason)
    beside = told(entity(**{name: said, "nox": 3}))
    assert values(beside) == {"nox_ug_m3": 3.0}
    assert [part.startswith(reason) for part in reasons(beside)] == [True]


def test_what_no_air_was_ever_measured_at_is_kept_and_suspect() -> None:
    (carbon,) = measured("co", 276, "GP").facts
    assert isinstance(carbon, Reading)
    assert (carbon.value, carbon.quality) == (276.0, "suspect")


def test_counts_are_whole_and_items_that_are_no_vehicles_are_not_called_so() -> None:
    assert packet("of_a_road.json").facts[1:] == (
        Reading("TrafficFlowObserved:le-duan", "vehicle_count", 197.0, NOON),
        Reading("TrafficFlowObserved:le-duan", "speed_km_h", 18.0, NOON),
        Reading("TrafficFlowObserved:le-duan", "occupancy_pct", 50.0, NOON),
    )
    assert refusal(entity("TrafficFlowObserved", intensity=19.5)).startswith("a count that is no whole number")
    assert values(told(entity("ItemFlowObserved", intensity=3, itemType="yacht"))) == {"item_count": 3.0}
    assert values(told(entity("ItemFlowObserved", intensity=3, itemType="Pedestrian"))) == {"people_count": 3.0}


def test_a_time_without_zone_is_no_time() -> None:
    assert refusal(entity(pm25=1) | {"dateObserved": "2026-03-02T05:00:00"}).startswith("the time is neither RFC 3339")
    assert refusal({"id": "urn:x:y", "type": "WeatherObserved", "temperature": 3}) == (
        "nobody says when this was observed: temperature"
    )


# --- parking, places -------------------------------------------------------------------------------------------------


def test_more_cars_than_spaces_keeps_the_true_count_and_is_suspect() -> None:
    full = packet("more_cars_than_spaces.json")
    (taken,) = [fact for fact in full.facts if isinstance(fact, Reading)]
    assert (taken.metric, taken.value, taken.quality) == ("occupied_spaces", 131.0, "suspect")
    assert (about(full).kind, about(full).fields["total_spaces"]) == ("parking", 130.0)


def test_free_spaces_are_told_as_taken_ones_where_the_total_is_known() -> None:
    assert values(packet("free_spaces_only.json")) == {"occupied_spaces": 100.0}
    spot = packet("a_single_space.json")
    assert values(spot) == {"occupied_spaces": 1.0}
    assert about(spot).fields["total_spaces"] == 1.0
    assert refusal(json.loads(packet_bytes("more_free_than_there_are.json"))) == "more free spaces than there are: 131"


def packet_bytes(name: str) -> bytes:
    return next(each.payload for each in captured("ngsi-ld") if each.name == name)


def test_a_space_nobody_knows_of_is_missing_and_a_closed_one_is_nothing() -> None:
    (reading,) = told(entity("ParkingSpot", status="unknown")).facts
    assert isinstance(reading, Reading)
    assert (reading.value, reading.quality) == (None, "missing")
    assert refusal(entity("ParkingSpot", status="closed")) == "nothing in it is declared or measured"


def test_a_line_stands_in_its_middle_and_an_area_inside() -> None:
    road = about(packet("of_a_road.json"))
    assert (road.lon, road.lat) == pytest.approx((105.84, 21.025))
    yard = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 1], [1, 1], [1, 4], [0, 4], [0, 0]]]}
    inside = about(told(entity("OffStreetParking", location=yard)))
    assert 0 < inside.lon < 4
    assert 0 < inside.lat < (1 if inside.lon > 1 else 4)


@pytest.mark.parametrize(
    "place",
    [
        {"type": "Point", "coordinates": [21.02, 105.85]},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["105", "21"]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Sphere"},
        "Hà Nội",
    ],
)
def test_a_place_that_is_none_declares_nothing_and_keeps_the_value(place: Any) -> None:
    said = told(entity(pm25=4, location=place))
    assert values(said) == {"pm25_ug_m3": 4.0}
    assert not [fact for fact in said.facts if isinstance(fact, About)]
    assert len(said.refused) == 1


def test_a_camera_is_a_camera_by_the_name_people_read() -> None:
    camera = about(packet("camera.json"))
    assert (camera.device_id, camera.name, camera.kind) == ("Camera:TTH_20406", "Cầu Long Biên", "camera")
    assert camera.fields == {"entity_type": "Camera", "code": "TTH 406"}


# --- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "device"),
    [
        ("urn:ngsi-ld:Camera:TTH%20406", "Camera", "Camera:TTH_20406"),
        ("urn:ngsi-ld:Camera:TTH_20406", "Camera", "Camera:TTH_5F20406"),
        ("urn:ngsi-ld:Camera:TTH%2520406", "Camera", "Camera:TTH_2520406"),
        ("porto-ParkingLot-23889", "OffStreetParking", "OffStreetParking:porto-ParkingLot-23889"),
        ("urn:ngsi-ld:OffStreetParking:porto-ParkingLot-23889", "", "OffStreetParking:porto-ParkingLot-23889"),
        ("urn:ngsi-ld:ItemFlowObserved:7-20251209T150734040497Z", "ItemFlowObserved", "ItemFlowObserved:7"),
        ("urn:ngsi-ld:WeatherObserved:TTH%20406-20251207162439", "WeatherObserved", "WeatherObserved:TTH_20406"),
        ("Madrid-28079004-2016-03-15T11:00:00", "AirQualityObserved", "AirQualityObserved:Madrid-28079004"),
        ("urn:ngsi-ld:Device:meter-20251209150734", "Device", "Device:meter-20251209150734"),
        ("urn:ngsi-ld:Device:Hồ Tây", "Device", "Device:H_E1_BB_93_20T_C3_A2y"),
    ],
)
def test_a_name_becomes_a_device_that_mqtt_and_the_register_allow(name: str, kind: str, device: str) -> None:
    assert device_id(name, kind) == device
    assert DEVICE_ID.fullmatch(device)


@pytest.mark.parametrize("name", ["", "50%", "%ff", "urn:ngsi-ld:events", "urn:ngsi-ld:"])
def test_a_name_that_is_no_uri_or_reserved_is_refused(name: str) -> None:
    with pytest.raises(DecodeError):
        device_id(name)


@given(st.lists(st.text(st.sampled_from("ab_-.:% /2F5é"), min_size=1, max_size=90), min_size=2, max_size=6))
def test_different_names_are_different_devices(names: list[str]) -> None:
    plain = {name.replace("%", "%25") for name in names}  # a bare % is no URI
    devices = {device_id(f"urn:ngsi-ld:Camera:{name}", "Camera") for name in plain}
    assert len(devices) == len(plain)
    assert all(DEVICE_ID.fullmatch(device) for device in devices)


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
    | st.sampled_from(["Property", "Relationship", "GeoProperty", NOON.isoformat(), "GQ", "free", "urn:ngsi-ld:null"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "value", "unitCode", "observedAt", "coordinates", "object"]), inner),
    max_leaves=12,
)  # fmt: skip
NAMES = sorted({name for units in TYPES.values() for name in units})


@settings(max_examples=400)
@given(
    st.sampled_from(sorted(TYPES)),
    st.dictionaries(
        st.sampled_from(
            [*NAMES, "location", "dateObserved", "totalSpotNumber", "occupiedSpotNumber", "status", "name"]
        ),
        JUNK,
        max_size=5,
    ),
    st.booleans(),
)
def test_whatever_stands_in_an_entity_it_is_taken_or_refused(kind: str, said: dict[str, Any], many: bool) -> None:
    one = {"id": f"urn:ngsi-ld:{kind}:x", "type": kind, **said}
    try:
        found = decode("ngsi-ld/x", orjson.dumps([one, entity(pm25=1)] if many else one))
    except DecodeError as refused:
        found = Packet((), refused=(Refused(refused.reason),))
    assert found.facts or found.refused
    for fact in found.facts:
        assert isinstance(fact, About | Reading)
        assert DEVICE_ID.fullmatch(fact.device_id)
        if isinstance(fact, About):
            assert -180 <= fact.lon <= 180
            assert -90 <= fact.lat <= 90


# --- in the store ----------------------------------------------------------------------------------------------------


def test_what_is_understood_is_stored_and_what_is_not_waits_in_quarantine(tmp_path: Path) -> None:
    raw = packet_bytes("notification_of_a_subscription.json")
    writer = CityWriter.open(url_in(tmp_path))
    message = Message("ngsi-ld/flow", raw, NOON, packet=decode("ngsi-ld/flow", raw))
    done = writer.commit([message])
    assert (done.stored, done.quarantined) == (1, 1)
    again = writer.commit([message])
    assert (again.stored, again.duplicates) == (0, 1)
    writer.close()
    ((topic, reason, kept, count),) = quarantined(tmp_path)
    assert (topic, reason, count) == ("ngsi-ld/flow", "an entity of a type that nobody here reads: 'Vehicle'", 2)
    assert json.loads(kept)["type"] == "Vehicle"
    store = CityStore.open(url_in(tmp_path))
    (row,) = store.answer(Latest("vehicle_count"))
    assert (row.id, row.value) == ("ItemFlowObserved:12", 23.0)
    store.close()


def test_an_entity_that_says_little_of_its_device_leaves_what_was_declared(tmp_path: Path) -> None:
    writer = CityWriter.open(url_in(tmp_path))
    declared = About(
        "Camera:12", "Cầu Long Biên", "camera", 105.86, 21.04, {"vehicle_count": "1"}, 60.0, {"azimuth_deg": 90.0}
    )
    writer.declare([declared], source="register")
    moved = {"id": "urn:ngsi-ld:Camera:12", "type": "Device", "location": PLACE}
    for _ in range(2):
        writer.commit([Message("ngsi-ld/x", b"", NOON, packet=told(moved))])
    renamed = moved | {"name": "Cầu Chương Dương"}
    writer.close()
    store = CityStore.open(url_in(tmp_path))
    (camera,) = store.answer(Cameras())
    assert (camera.name, camera.kind, camera.interval_s, camera.azimuth_deg) == ("Cầu Long Biên", "camera", 60.0, 90.0)
    assert (camera.lon, camera.lat) == (105.8571, 21.0241)
    writer = CityWriter.open(url_in(tmp_path))
    writer.commit([Message("ngsi-ld/x", b"", NOON, packet=told(renamed))])
    (camera,) = store.answer(Cameras())
    assert camera.name == "Cầu Chương Dương"
    writer.close()
    store.close()


def test_the_document_lists_every_type_and_every_metric() -> None:
    told = (HOUSE / "docs" / "ngsi-ld.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[A-Za-z0-9_]+", told))
    metrics = {
        metric for units in TYPES.values() for each in units.values() for metric, _factor, _more in each.values()
    }
    assert set(TYPES) | metrics | COUNTS <= words


# --- other people's entities -----------------------------------------------------------------------------------------


@pytest.mark.cities
def test_every_form_of_every_published_example_is_taken_or_refused_by_its_type(shared: Path) -> None:
    outcome: dict[str, Counter[str]] = {}
    for file in sorted((shared / "payloads" / "ngsi-ld").glob("*/*")):
        told = outcome.setdefault(file.parent.name, Counter())
        try:
            decode("ngsi-ld/x", file.read_bytes())
            told["taken"] += 1
        except DecodeError as refused:
            told[refused.reason] += 1
    assert {kind: told["taken"] for kind, told in outcome.items() if kind in TYPES} == {
        kind: 4 for kind in outcome if kind in TYPES
    }
    for kind in set(outcome) - set(TYPES):
        assert outcome[kind] == {f"an entity of a type that nobody here reads: {kind!r}": 4}
    assert sum(told.total() for told in outcome.values()) == 120


@pytest.mark.cities
@pytest.mark.parametrize(
    ("folder", "metrics"),
    [
        ("OffStreetParking", {"occupied_spaces": 282.0, "total_spaces": 414.0}),
        ("NoiseLevelObserved", {"noise_db": 67.8, "noise_max_db": 94.5}),
        ("TrafficFlowObserved", {"vehicle_count": 197.0, "speed_km_h": 52.6, "occupancy_pct": 76.0}),
    ],
)
def test_the_four_forms_of_an_example_say_the_same(shared: Path, folder: str, metrics: dict[str, float]) -> None:
    forms = sorted((shared / "payloads" / "ngsi-ld" / folder).iterdir())
    assert [values(decode("ngsi-ld/x", file.read_bytes())) for file in forms] == [metrics] * 4


@pytest.mark.cities
def test_the_counts_and_the_air_of_ho_chi_minh_city_are_understood_whole(shared: Path) -> None:
    counted: Counter[str] = Counter()
    for name in ("hcmc-camera-itemflow-ngsi-ld", "hcmc-camera-weather-airquality-ngsi-ld"):
        for one in orjson.loads(gzip.decompress((shared / "hcmc" / f"{name}.json.gz").read_bytes())):
            said = told(one)
            assert not said.refused
            counted.update(fact.metric if isinstance(fact, Reading) else one["type"] for fact in said.facts)
    assert counted["vehicle_count"] == counted["ItemFlowObserved"] == 701
    assert counted["temperature_c"] == counted["humidity_pct"] == counted["WeatherObserved"] == 695
    assert counted["pm25_ug_m3"] == counted["no2_ug_m3"] == counted["AirQualityObserved"] == 694
    assert counted["Camera"] == 701
    assert "speed_km_h" not in counted  # derived by the detector, measured by nobody
