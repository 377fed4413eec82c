"""LoRaWAN uplinks: two network servers' envelopes, one codec, and every captured message of that device."""

import json
from datetime import UTC, datetime
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.codecs import CODECS, codec_for
from data_access.codecs.base import FrameError
from data_access.codecs.decentlab import DL_PM, GROUPS
from data_access.decoders import DecodeError, chirpstack, things_stack
from data_access.records import About, Packet, Reading
from tests.captured import captured
from tests.conftest import SHARED, lacking

FOLDERS = {"ChirpStack": chirpstack, "ThingsStackCommunity": things_stack, "ThingsStackIndustries": things_stack}
# As the publisher of the captured messages calls what we call by its unit, and how much of his unit ours is.
NAMES = {
    "battery_voltage": ("battery_v", 1),
    "pm1_0_mass_concentration": ("pm1_ug_m3", 1),
    "pm2_5_mass_concentration": ("pm25_ug_m3", 1),
    "pm4_mass_concentration": ("pm4_ug_m3", 1),
    "pm10_mass_concentration": ("pm10_ug_m3", 1),
    "typical_particle_size": ("particle_size_nm", 1),
    "pm0_5_number_concentration": ("pm05_per_cm3", 1),
    "pm1_0_number_concentration": ("pm1_per_cm3", 1),
    "pm2_5_number_concentration": ("pm25_per_cm3", 1),
    "pm4_number_concentration": ("pm4_per_cm3", 1),
    "pm10_number_concentration": ("pm10_per_cm3", 1),
    "air_temperature": ("temperature_c", 1),
    "air_humidity": ("humidity_pct", 1),
    "barometric_pressure": ("pressure_hpa", 0.01),
    "lora_frequency": ("lora_frequency_hz", 1),
    "lora_spreading_factor": ("lora_spreading_factor", 1),
    "lora_rssi": ("lora_rssi_dbm", 1),
    "lora_snr": ("lora_snr_db", 1),
}


def messages() -> list[tuple[str, str]]:
    """Every captured message of the device, as (network server, number)."""
    folder = SHARED / "data" / "payloads" / "lorawan"
    return [
        (server, path.stem.removeprefix("payload"))
        for server in FOLDERS
        for path in sorted((folder / server / "Decentlab_DL-PM").glob("payload*.json"))
    ]


@pytest.mark.cities
def test_the_captured_messages_are_there() -> None:
    if not (SHARED / "data" / "payloads" / "lorawan").is_dir():
        lacking("the captured messages (CITYGLASS_SHARED)")
    assert len(messages()) == 12


@pytest.mark.cities
@pytest.mark.parametrize(("server", "number"), messages())
def test_a_captured_message_gives_what_its_publisher_expects(shared: Path, server: str, number: str) -> None:
    folder = shared / "payloads" / "lorawan" / server / "Decentlab_DL-PM"
    told = FOLDERS[server].decode("", (folder / f"payload{number}.json").read_bytes())
    expected = json.loads((folder / f"result{number}.json").read_bytes())
    (telemetry,) = expected["telemetry"]
    values = telemetry["values"]
    assert told.device_id == f"eui-{expected['attributes']['lora_dev_eui'].lower()}"
    assert told.seq == values.pop("lora_frame_counter") + 1
    values.pop("lora_frame_port")
    assert readings(told) == pytest.approx({NAMES[name][0]: value * NAMES[name][1] for name, value in values.items()})
    if "ts" in telemetry:
        stated = telemetry["ts"]
        at = datetime.fromtimestamp(stated / 1000, UTC) if isinstance(stated, int) else datetime.fromisoformat(stated)
        heard = [
            fact.observed_at.replace(microsecond=fact.observed_at.microsecond // 1000 * 1000) for fact in told.facts
        ]
        assert set(heard) == {at}


def readings(packet: Packet) -> dict[str, float | None]:
    return {fact.metric: fact.value for fact in packet.facts if isinstance(fact, Reading)}


def of_ours(decoder: str, name: str) -> Packet:
    (packet,) = [each for each in captured(decoder) if each.name.startswith(name)]
    return FOLDERS["ChirpStack" if decoder == "chirpstack" else "ThingsStackCommunity"].decode(
        packet.topic, packet.payload
    )


@pytest.mark.parametrize("decoder", ["chirpstack", "things-stack"])
def test_both_servers_tell_the_same_of_the_same_frame(decoder: str) -> None:
    told = of_ours(decoder, "everything measured")
    values = readings(told)
    assert values["pm25_ug_m3"] == 8.4
    assert values["pressure_hpa"] == 1012.6
    assert values["lora_rssi_dbm"] == -81  # of the gateway that heard it best
    assert (told.device_id, told.seq) == ("eui-0004a30b001c0530", 42)
    assert {fact.observed_at for fact in told.facts if isinstance(fact, Reading)} == {
        datetime(2026, 3, 2, 5, 0, 4, 250_000, UTC)
    }


def test_a_place_that_the_server_knows_is_told_and_no_name_is_made_up() -> None:
    about = of_ours("things-stack", "everything measured").facts[0]
    assert isinstance(about, About)
    assert (about.lon, about.lat, about.partial) == (106.616, 20.335, True)
    assert all(isinstance(fact, Reading) for fact in of_ours("things-stack", "battery alone").facts)


def test_zeros_that_a_server_leaves_out_are_zeros() -> None:
    told = of_ours("things-stack", "the first after joining")
    assert told.seq == 1
    assert "lora_rssi_dbm" not in readings(told)


def test_an_older_chirpstack_is_read_with_the_time_of_its_gateway() -> None:
    old, new = of_ours("chirpstack", "as version 3"), of_ours("chirpstack", "everything")
    assert readings(old) == readings(new)
    assert old.facts[0].observed_at == new.facts[0].observed_at  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("decoder", "name", "why"),
    [
        ("things-stack", "a model that nobody knows", "no codec is known"),
        ("things-stack", "a frame cut short", "of another length"),
        ("chirpstack", "a frame of another maker", "no codec is known"),
        ("chirpstack", "no data", "something is missing"),
    ],
)
def test_what_cannot_be_read_says_why(decoder: str, name: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why) as refused:
        of_ours(decoder, name)
    assert refused.value.numbered is not None, "it came, so the air has not lost it"


@given(st.integers(0, 2 ** len(GROUPS) - 1), st.data())
def test_a_frame_says_what_its_flags_announce_and_nothing_else(flags: int, data: st.DataObject) -> None:
    names = [name for bit, group in enumerate(GROUPS) if flags >> bit & 1 for name, _value in group]
    words = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=len(names), max_size=len(names)))
    frame = pack(f">BHH{len(words)}H", 2, 7, flags, *words)
    assert list(DL_PM.decode(1, frame)) == names
    assert DL_PM.fits(frame) is bool(names)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@given(frame=st.binary(max_size=64), port=st.integers(0, 255))
def test_any_bytes_are_read_or_refused(codec: object, frame: bytes, port: int) -> None:
    try:
        told = codec.decode(port, frame)  # type: ignore[attr-defined]
    except FrameError:
        return
    assert all(isinstance(value, float) for value in told.values())


def test_a_stated_model_is_never_guessed_at() -> None:
    frame = pack(">BHHH", 2, 7, 1, 3000)
    assert codec_for("", "", frame) is DL_PM
    assert codec_for("dl-tbrg", "", frame) is None
    assert codec_for("DL_PM", "", b"") is DL_PM
