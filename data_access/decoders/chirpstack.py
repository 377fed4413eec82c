"""Uplinks of ChirpStack, version 4; those of version 3, which is still in the field, are read, too.

    application/{application}/device/{DevEUI}/event/up
        {"deviceInfo", "devAddr", "time", "fCnt", "fPort", "data", "rxInfo", "txInfo"}

https://www.chirpstack.io/docs/chirpstack/integrations/events.html. Version 3 has the device at the top, its DevEUI in
base64, and no time but those of its gateways.
"""

from typing import Any

from data_access.decoders.base import Decoder
from data_access.decoders.fields import instant, json_object, required
from data_access.decoders.lorawan import (
    Uplink,
    bearing,
    counter,
    eui,
    figures,
    frame,
    packet,
    port,
    session,
    strongest,
    within,
    words_of,
)
from data_access.records import Packet


def uplink(payload: bytes) -> Uplink:
    """What the envelope says, whatever the frame in it is.

    Raises:
        DecodeError: it is no uplink of this network server.
    """
    said = json_object(payload)
    device: Any = said.get("deviceInfo")
    newer = isinstance(device, dict)
    known: dict[str, Any] = device if newer else said
    loudest = strongest(said.get("rxInfo"), "rssi")
    radio = within(said, "txInfo", "modulation", "lora") if newer else within(said, "txInfo", "loRaModulationInfo")
    at = said.get("time") or loudest.get("gwTime") or loudest.get("time")
    device_eui, joined = eui(known.get("devEui" if newer else "devEUI"), "devEui"), session(said.get("devAddr"))
    count = counter(said.get("fCnt"), "fCnt")
    with bearing(device_eui, joined, count):
        return Uplink(
            eui=device_eui,
            session=joined,
            counter=count,
            port=port(said.get("fPort"), "fPort"),
            frame=frame(said.get("data"), "data"),
            at=instant(required({"time": at}, "time")),
            model=words_of(within(known, "tags", "codec")),
            words=words_of(*(known.get(name) for name in ("deviceProfileName", "deviceName", "applicationName"))),
            radio=figures(
                lora_rssi_dbm=loudest.get("rssi"),
                lora_snr_db=loudest.get("snr" if newer else "loRaSNR"),
                lora_spreading_factor=within(radio, "spreadingFactor"),
                lora_frequency_hz=within(said, "txInfo", "frequency"),
            ),
        )


def decode(_topic: str, payload: bytes) -> Packet:
    """What one uplink says.

    Raises:
        DecodeError: it cannot be taken; the reason says why.
    """
    return packet(uplink(payload))


DECODER = Decoder("chirpstack", ("application/+/device/+/event/up",), decode)
