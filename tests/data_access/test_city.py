"""A city speaks its reader's language, and comes out of the store as it went in."""

from msgspec import json as structs

from data_access.city import City, Said, Threshold
from data_access.words import speaking

DUST = Threshold("pm25_ug_m3", (15.0,), "µg/m³", Said({"en": "WHO 2021"}), (Said({"en": "good"}), Said({"en": "bad"})))
HANOI = City(
    "hanoi", "Hà Nội", "Asia/Ho_Chi_Minh", ("vi", "en"), 105.8, 21.0, 15, 50, 0, (105.0, 20.0, 106.0, 22.0), "nobody",
    light="dusk", names={"vi": "Hà Nội", "en": "Hanoi"}, notes=(Said({"vi": "Chưa rõ", "en": "Unknown"}),),
    thresholds=(DUST,),
)  # fmt: skip


def test_a_city_is_called_as_its_reader_calls_it() -> None:
    with speaking("en"):
        assert (HANOI.called, str(HANOI.notes[0])) == ("Hanoi", "Unknown")
    with speaking("vi"):
        assert (HANOI.called, str(HANOI.notes[0])) == ("Hà Nội", "Chưa rõ")
        assert str(DUST.source) == "WHO 2021"  # in English, where the reader's language is missing
        assert str(Said({"de": "Höhe", "en": "height"})) == "height"
        assert str(Said({"de": "Höhe"})) == "Höhe"  # or in the one there is


def test_a_city_knows_its_thresholds_by_metric() -> None:
    assert HANOI.threshold("pm25_ug_m3") is DUST
    assert HANOI.threshold("no2_ug_m3") is None


def test_a_described_city_survives_the_store() -> None:
    assert structs.decode(structs.encode(HANOI), type=City) == HANOI
    old = b'{"key":"a","name":"A","time_zone":"UTC","languages":["en"],"lon":0,"lat":0,"zoom":1,"pitch":0,"bearing":0,"bounds":[0,0,1,1],"attribution":"n"}'  # noqa: E501  # as an earlier version wrote it
    assert structs.decode(old, type=City).light == "sun"
