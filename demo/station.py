"""Whoever plays a recording, as the broker sees it: one connection that publishes and waits to be believed."""

import os
import threading
import time
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from data_access.mqtt import Address
from data_access.words import _
from demo.recording import ReplayFault

IN_FLIGHT = 200  # messages that the broker has not acknowledged yet
PATIENCE_S = 30.0  # with a broker that acknowledges nothing, or has gone
WELCOME_S = 10.0
UNKNOWN_VERSION = 0x84  # reason code of MQTT 5: the broker speaks 3.1.1


class Station:
    """A connection that publishes at QoS 1, with a bounded number of messages on their way."""

    def __init__(self, address: Address) -> None:
        self.acknowledged = 0
        self._address = address
        self._said = 0
        self._changed = threading.Condition()
        self._welcome = threading.Event()
        self._refusal: Any = None
        self._room = IN_FLIGHT

    def __enter__(self) -> Self:
        self._client = self._open(MQTTProtocolVersion.MQTTv5)
        if self._refusal is not None and self._refusal.value == UNKNOWN_VERSION:
            self._close()
            self._refusal = None
            self._welcome.clear()
            self._client = self._open(MQTTProtocolVersion.MQTTv311)
        if self._refusal is not None:
            self._close()
            raise ReplayFault(
                _("The broker at {address} refuses us: {reason}.").format(address=self._address, reason=self._refusal)
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def say(self, topic: str, payload: str, retain: bool = False) -> None:
        """Publish as soon as there is room.

        Raises:
            ReplayFault: there was no room for a long time.
        """
        self._wait(lambda: self._said - self.acknowledged < self._room)
        self._said += 1
        self._client.publish(topic, payload.encode(), qos=1, retain=retain)

    def confirmed(self) -> None:
        """Wait until the broker has acknowledged everything.

        Raises:
            ReplayFault: it acknowledged nothing for a long time.
        """
        self._wait(lambda: self.acknowledged == self._said)

    def _wait(self, done: Any) -> None:
        with self._changed:
            seen, since = self.acknowledged, time.monotonic()
            while not done():
                self._changed.wait(0.5)
                if self.acknowledged != seen:
                    seen, since = self.acknowledged, time.monotonic()
                elif time.monotonic() - since > PATIENCE_S:
                    raise ReplayFault(
                        _(
                            "The broker at {address} acknowledges nothing any more ({count} messages before). "
                            "When it is back, play the recording again: nothing is kept twice."
                        ).format(address=self._address, count=self.acknowledged)
                    )

    def _open(self, protocol: MQTTProtocolVersion) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        client.max_inflight_messages_set(IN_FLIGHT)
        client.reconnect_delay_set(1, 5)
        client.connect_timeout = 5.0
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.secure:
            client.tls_set()
        client.on_connect, client.on_publish = self._welcomed, self._confirmed
        try:
            client.connect(self._address.host, self._address.port)
        except OSError as fault:
            reason = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault
            raise ReplayFault(
                _("No broker answers at {address}: {reason}.").format(address=self._address, reason=reason)
            ) from fault
        client.loop_start()
        if not self._welcome.wait(WELCOME_S):
            client.disconnect()
            client.loop_stop()
            raise ReplayFault(
                _("What answers at {address} does not speak MQTT 5 or 3.1.1.").format(address=self._address)
            )
        return client

    def _close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _welcomed(self, _client: Any, _data: Any, _flags: Any, reason: Any, properties: Any) -> None:
        self._refusal = reason if reason.is_failure else None
        most = getattr(properties, "ReceiveMaximum", None)  # what the broker bears; paho does not look at it
        self._room = min(IN_FLIGHT, most) if most else IN_FLIGHT
        self._welcome.set()

    def _confirmed(self, *_: object) -> None:
        with self._changed:
            self.acknowledged += 1
            self._changed.notify_all()
