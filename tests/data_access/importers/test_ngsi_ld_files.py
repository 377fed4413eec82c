"""Devices out of files of NGSI-LD entities: the same as the listener hears, with names and units."""

from pathlib import Path
from typing import Any

import pytest

from data_access.importers.found import Found, ImportFault
from data_access.records import About
from tests.data_access.importers.made import LAT, LON, only, records, refused
from tests.data_access.importers.test_registers import HCMC

PLACE = {"type": "Point", "coordinates": [LON, LAT]}


def observed(name: str, **said: Any) -> dict[str, Any]:
    """An entity as key-values."""
    whole = {"id": f"urn:ngsi-ld:AirQualityObserved:{name}", "type": "AirQualityObserved", "location": PLACE}
    return whole | {"dateObserved": "2026-03-02T05:00:00Z"} | said


def read(folder: Path, told: Any, more: str = "") -> Found:
    records(folder / "air.json", told)
    return only(folder, f'name = "air"\nkind = "ngsi-ld"\nfile = "air.json"\n{more}')


def test_an_entity_is_a_device_with_what_it_measures(tmp_path: Path) -> None:
    normalized = {
        "id": "urn:ngsi-ld:WeatherObserved:roof", "type": "WeatherObserved",
        "location": {"type": "GeoProperty", "value": PLACE},
        "temperature": {"type": "Property", "value": 300.0, "unitCode": "KEL"},
        "windSpeed": {"type": "Property", "value": 3, "unitCode": "KMH"},
        "dateObserved": {"type": "Property", "value": "2026-03-02T05:00:00Z"},
    }  # fmt: skip
    found = read(tmp_path, [observed("opera", pm25=12.5, no2=30), normalized], "interval_s = 600")
    air, weather = found.abouts
    assert isinstance(air, About)
    assert (air.device_id, air.kind, air.interval_s) == ("AirQualityObserved:opera", "sensor", 600)
    assert air.metrics == {"pm25_ug_m3": "µg/m³", "no2_ug_m3": "µg/m³"}
    assert weather.metrics == {"temperature_c": "°C", "wind_speed_m_s": "m/s"}
    assert (weather.lon, weather.lat) == (LON, LAT)


def test_observations_of_one_device_at_several_times_are_one_device(tmp_path: Path) -> None:
    told = [observed("opera-20260302050000", pm25=12.5), observed("opera-20260302060000", no2=8)]
    found = read(tmp_path, told)
    (air,) = found.abouts
    assert (air.device_id, sorted(air.metrics)) == ("AirQualityObserved:opera", ["no2_ug_m3", "pm25_ug_m3"])
    assert refused(found, "AirQualityObserved") == {"about a device that was there before": 1}


def test_what_bears_no_name_is_called_as_the_camera_it_belongs_to(tmp_path: Path) -> None:
    camera = {"id": "urn:ngsi-ld:Camera:7", "type": "Camera", "cameraName": "Markt", "location": PLACE}
    told = [observed("x", pm25=1, refDevice="urn:ngsi-ld:Camera:7"), camera]
    (air,) = read(tmp_path, told, 'types = ["AirQualityObserved"]').abouts
    assert air.name == "Markt"


def test_what_is_no_device_here_is_refused_with_the_reason(tmp_path: Path) -> None:
    far = observed("far", pm25=1) | {"location": {"type": "Point", "coordinates": [LON + 3, LAT]}}
    nowhere = {key: value for key, value in observed("nowhere", pm25=1).items() if key != "location"}
    told = [observed("opera", pm25=1), far, nowhere, {"id": "urn:ngsi-ld:Vehicle:1", "type": "Vehicle"}, 7]
    found = read(tmp_path, told)
    assert [about.device_id for about in found.abouts] == ["AirQualityObserved:opera"]
    assert refused(found, "AirQualityObserved") == {"200 km from the city": 1, "it has no place": 1}
    assert len(refused(found, "Vehicle")) == len(refused(found, "-")) == 1
    assert sum(found.tally.read.values()) == len(told)
    with pytest.raises(ImportFault, match=r"line 13: air.json has no entity of the type NoiseLevelObserved; it has: A"):
        read(tmp_path, told, 'types = ["NoiseLevelObserved"]')


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"7"])
def test_a_file_without_entities_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "air.json").write_bytes(content)
    with pytest.raises(ImportFault, match="holds no NGSI-LD entity"):
        only(tmp_path, 'name = "air"\nkind = "ngsi-ld"\nfile = "air.json"')


@pytest.mark.cities
def test_the_devices_of_ho_chi_minh_city_are_701_counters_690_air_and_691_weather(shared: Path, tmp_path: Path) -> None:
    def entities(file: str, more: str = "") -> Found:
        text = f'name = "n"\nkind = "ngsi-ld"\nfile = "{shared}/hcmc/{file}"\n{more}'
        return only(tmp_path, text, head=HCMC)

    air = entities(
        "hcmc-camera-weather-airquality-ngsi-ld.json.gz", 'types = ["AirQualityObserved", "WeatherObserved"]'
    )
    assert (air.tally.read["AirQualityObserved"], air.tally.kept["AirQualityObserved"]) == (694, 690)
    assert (air.tally.read["WeatherObserved"], air.tally.kept["WeatherObserved"]) == (695, 691)
    assert refused(air, "Camera") == {"of a type that is not asked for": 701}
    assert len(air.abouts) == 690 + 691
    counts = entities("hcmc-camera-itemflow-ngsi-ld.json.gz")
    assert counts.tally.kept["ItemFlowObserved"] == len(counts.abouts) == 701
    assert all("vehicle_count" in about.metrics for about in counts.abouts)
    weather = next(about for about in air.abouts if about.device_id == "WeatherObserved:TTH_20406")
    assert weather.name == "Trần Quang Khải - Trần Khắc Chân"
    assert "temperature_c" in weather.metrics
