"""Packets as they were captured: tests/packets/<decoder>/<topic, with commas for its slashes>/<what happened>."""

from pathlib import Path
from typing import NamedTuple

PACKETS = Path(__file__).with_name("packets")


class Captured(NamedTuple):
    decoder: str
    topic: str
    name: str
    payload: bytes


def captured(decoder: str = "*") -> list[Captured]:
    return [
        Captured(path.parts[-3], path.parts[-2].replace(",", "/"), path.name, path.read_bytes())
        for path in sorted(PACKETS.glob(f"{decoder}/*/*"))
    ]
