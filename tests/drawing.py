"""A tiny OpenStreetMap extract of a test's own."""

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

from data_access.importers import osm
from data_access.importers.found import Found
from data_access.records import Building

LON, LAT = 105.82, 21.00


def silent(words: str, share: float | None) -> None:
    """Nobody is told."""


class Drawing:
    """A tiny extract of a test's own: rings, lines and points, as OpenStreetMap keeps them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def point(self, lon: float, lat: float, **tags: str) -> int:
        self.nodes.append(Node(id=len(self.nodes) + 1, location=(lon, lat), tags=named(tags)))
        return len(self.nodes)

    def line(self, *nodes: int, **tags: str) -> int:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=list(nodes), tags=named(tags)))
        return len(self.ways)

    def square(self, east: float = 0.0, size: float = 0.0001, north: float = 0.0, **tags: str) -> int:
        """A square with its south-western corner so many degrees east and north of the middle."""
        west, south = LON + east, LAT + north
        corners = [(west, south), (west + size, south), (west + size, south + size), (west, south + size)]
        nodes = [self.point(*corner) for corner in corners]
        return self.line(*nodes, nodes[0], **tags)

    def group(self, *members: tuple[str, int, str], **tags: str) -> int:
        self.relations.append(Relation(id=len(self.relations) + 1, members=list(members), tags=named(tags)))
        return len(self.relations)

    def written(self) -> Path:
        with osmium.SimpleWriter(str(self.file)) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)
        return self.file

    def read(self) -> Found:
        return osm.read(self.written(), silent)


def named(tags: dict[str, str]) -> dict[str, str]:
    """building__levels is how a keyword says building:levels."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def by_id(found: Found) -> dict[str, Building]:
    return {building.id: building for building in found.buildings}


def refused(found: Found, kind: str) -> dict[str, int]:
    return {why: count for (what, why), count in found.tally.refused.items() if what == kind}
