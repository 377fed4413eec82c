"""Uplinks of The Things Stack, version 3 (MQTT integration), community and industries alike.

    v3/{application}@{tenant}/devices/{device}/up   {"end_device_ids", "received_at", "uplink_message"}

https://www.thethingsindustries.com/docs/integrations/mqtt/ and .../reference/data-formats/.
"""

from data_access.decoders.base import DecodeError, Decoder
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
    spot,
    strongest,
    within,
    words_of,
)
from data_access.records import Packet
from data_access.words import N_


def uplink(payload: bytes) -> Uplink:
    """What the envelope says, whatever the frame in it is.

    Raises:
        DecodeError: it is no uplink of this network server.
    """
    said = json_object(payload)
    ids, message = said.get("end_device_ids"), said.get("uplink_message")
    if not isinstance(ids, dict) or not isinstance(message, dict):
        raise DecodeError(N_("something is missing"), "end_device_ids, uplink_message")
    loudest = strongest(message.get("rx_metadata"), "rssi")
    radio = within(message, "settings", "data_rate", "lora")
    model = within(message, "version_ids", "model_id")
    frequency = within(message, "settings", "frequency")
    device_eui, count = eui(ids.get("dev_eui"), "dev_eui"), counter(message.get("f_cnt"), "f_cnt")
    joined = session(message.get("session_key_id") or ids.get("dev_addr"))
    with bearing(device_eui, joined, count):
        return Uplink(
            eui=device_eui,
            session=joined,
            counter=count,
            port=port(message.get("f_port"), "f_port"),
            frame=frame(message.get("frm_payload"), "frm_payload"),
            at=instant(required(said, "received_at")),
            model=words_of(model),
            words=words_of(ids.get("device_id"), within(ids, "application_ids", "application_id")),
            radio=figures(
                lora_rssi_dbm=loudest.get("rssi"),
                lora_snr_db=loudest.get("snr"),
                lora_spreading_factor=within(radio, "spreading_factor"),
                lora_frequency_hz=int(frequency) if isinstance(frequency, str) and frequency.isdecimal() else None,
            ),
            place=spot(within(message, "locations", "user")),
        )


def decode(_topic: str, payload: bytes) -> Packet:
    """What one uplink says.

    Raises:
        DecodeError: it cannot be taken; the reason says why.
    """
    return packet(uplink(payload))


DECODER = Decoder("things-stack", ("v3/+/devices/+/up",), decode)
