"""The slow reference: a city that keeps everything it was told in a list and, asked, replays all of it.

Not a line is shared with the store. Where the two disagree, one of them is wrong.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from data_access.queries import BuildingCount, Cameras, Devices, IncidentHistory, Incidents, Latest, Parking, Track
from data_access.records import INCIDENT_STATES, About, Incident, Online, Reading

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Reference:
    readings: list[tuple[Reading, datetime]] = field(default_factory=list)
    comings: list[tuple[Online, datetime, bool]] = field(default_factory=list)
    incidents: list[tuple[Incident, datetime]] = field(default_factory=list)
    abouts: list[tuple[About, datetime]] = field(default_factory=list)

    def answer(self, question: Any, at: datetime | None) -> list[dict[str, Any]]:
        """The rows of an answer, ordered, without the revision (which depends on the order of arrival)."""
        if isinstance(question, Latest):
            return [row for about in self.declared(at) if (row := self._latest(about, question.metric, at))]
        if isinstance(question, Parking):
            return [self._parking(about, at) for about in self.declared(at) if about.kind == "parking"]
        if isinstance(question, Cameras):
            return [self._camera(about, at) for about in self.declared(at) if about.kind == "camera"]
        if isinstance(question, Devices):
            return self._devices(at)
        if isinstance(question, Incidents):
            return self._incidents(question.open_only, at)
        if isinstance(question, IncidentHistory):
            return self._told(question.incident_id, at)
        if isinstance(question, Track):
            return self._track(question, at)
        assert not isinstance(question, BuildingCount)
        raise NotImplementedError

    def declared(self, at: datetime | None) -> list[About]:
        """The last word about each device; the first one holds since ever."""
        found: dict[str, About] = {}
        for about, told_at in self.abouts:
            if about.device_id not in found or at is None or told_at <= at:
                found[about.device_id] = about
        return [found[name] for name in sorted(found)]

    def newest(self, device: str, metric: str, at: datetime | None) -> tuple[Reading, datetime] | None:
        best = None
        for reading, received_at in self.believed(device, at):
            if reading.metric == metric and (best is None or reading.observed_at > best[0].observed_at):
                best = (reading, received_at)
        return best

    def believed(self, device: str, at: datetime | None) -> list[tuple[Reading, datetime]]:
        """What a device measured by then, with a clock that can be true."""
        return [
            (reading, received_at)
            for reading, received_at in self.readings
            if reading.device_id == device
            and LONG_AGO <= reading.observed_at <= received_at + timedelta(seconds=60)
            and (at is None or reading.observed_at <= at)
        ]

    def online(self, device: str, at: datetime | None) -> tuple[float | None, datetime | None]:
        """Whether it is here, and when it last came or went by its own word."""
        state: bool | None = None
        boot: str | None = None
        sign = None
        for told, received_at, retained in self.comings:
            if told.device_id != device or (at is not None and received_at > at):
                continue
            if state is not None:
                if not told.online and told.boot and boot and told.boot != boot:
                    continue
                if retained and told.online == state and told.boot in (None, boot):
                    continue
            sign = None if retained else received_at
            boot = (told.boot or boot) if not told.online else told.boot
            state = told.online
        return None if state is None else float(state), sign

    def sign(self, device: str, at: datetime | None) -> tuple[datetime | None, datetime | None]:
        """The last sign of life: when it was, and when we heard of it."""
        signs = [(reading.observed_at, received_at) for reading, received_at in self.believed(device, at)]
        came = self.online(device, at)[1]
        if came:
            signs.append((came, came))
        return max(signs, default=(None, None))

    def _latest(self, about: About, metric: str, at: datetime | None) -> dict[str, Any] | None:
        found = self.newest(about.device_id, metric, at)
        if found is None and metric not in about.metrics:
            return None
        return self._of(about, at) | self._value("value", found)

    def _parking(self, about: About, at: datetime | None) -> dict[str, Any]:
        total = self.newest(about.device_id, "total_spaces", at)
        spaces = total[0].value if total and total[0].value is not None else about.fields.get("total_spaces")
        row = self._of(about, at) | self._value("occupied_spaces", self.newest(about.device_id, "occupied_spaces", at))
        return row | {"total_spaces": spaces}

    def _camera(self, about: About, at: datetime | None) -> dict[str, Any]:
        observed_at, received_at = self.sign(about.device_id, at)
        fields = ("mount_height_m", "azimuth_deg", "field_of_view_deg", "range_m")
        told = {name: about.fields.get(name) for name in fields} | {"area_m2": None, "clipped": None}
        return self._of(about, at) | told | {"observed_at": observed_at, "received_at": received_at}

    def _devices(self, at: datetime | None) -> list[dict[str, Any]]:
        declared = {about.device_id: about for about in self.declared(at)}
        names = {reading.device_id for reading, _ in self.readings} | {told.device_id for told, _, _ in self.comings}
        rows = []
        for name in sorted(names | set(declared)):
            observed_at, received_at = self.sign(name, at)
            about = declared.get(name)
            if about is None and observed_at is None and self.online(name, at)[0] is None:
                continue
            metrics = {reading.metric for reading, _ in self.readings if reading.device_id == name}
            told = self._of(about, at) if about else dict.fromkeys(("name", "kind", "lon", "lat", "interval_s"))
            metrics |= set(about.metrics) if about else set()
            rows.append(
                told
                | {
                    "id": name,
                    "metrics": ",".join(sorted(metrics)),
                    "online": self.online(name, at)[0],
                    "observed_at": observed_at,
                    "received_at": received_at,
                }
            )
        return rows

    def _of(self, about: About, at: datetime | None) -> dict[str, Any]:
        return {
            "id": about.device_id,
            "name": about.name,
            "kind": about.kind,
            "lon": about.lon,
            "lat": about.lat,
            "interval_s": about.interval_s,
            "online": self.online(about.device_id, at)[0],
        }

    def _value(self, name: str, found: tuple[Reading, datetime] | None) -> dict[str, Any]:
        if found is None:
            return dict.fromkeys((name, "quality", "observed_at", "received_at"))
        reading, received_at = found
        times = {"observed_at": reading.observed_at, "received_at": received_at}
        return {name: reading.value, "quality": reading.quality} | times

    def _words(self, at: datetime | None) -> dict[str, list[tuple[Incident, datetime]]]:
        """All that was said by then about each incident, each word once, in the order of its life."""
        found: dict[str, dict[Incident, datetime]] = {}
        for incident, received_at in self.incidents:
            if at is None or incident.at <= at:
                found.setdefault(incident.id, {}).setdefault(incident, received_at)
        life = INCIDENT_STATES.index
        return {
            name: sorted(words.items(), key=lambda word: (word[0].at, life(word[0].state)))
            for name, words in sorted(found.items())
        }

    def _incidents(self, open_only: bool, at: datetime | None) -> list[dict[str, Any]]:
        rows = []
        for words in self._words(at).values():
            last, received_at = words[-1]
            if open_only and last.state in ("resolved", "closed"):
                continue
            told = {name: getattr(last, name) for name in last.__struct_fields__ if name != "at"}
            times = {"opened_at": words[0][0].at, "observed_at": last.at, "received_at": received_at}
            rows.append(told | times | {"assigned_to": None, "joined_to": None, "joined": 0})
        return rows

    def _told(self, name: str, at: datetime | None) -> list[dict[str, Any]]:
        fields = ("id", "state", "severity", "title", "text", "source")
        nobody = {"who": None, "act": None, "assigned_to": None, "other": None, "undone": False}
        return [
            {field: getattr(word, field) for field in fields}
            | {"observed_at": word.at, "received_at": received_at}
            | nobody
            for word, received_at in self._words(at).get(name, [])
        ]

    def _track(self, question: Track, at: datetime | None) -> list[dict[str, Any]]:
        rows = []
        for reading, received_at in self.readings:
            key = (reading.device_id, reading.metric)
            if key != (question.device_id, question.metric) or not question.start <= reading.observed_at < question.end:
                continue
            if at is not None and reading.observed_at > at:
                continue
            ahead = reading.observed_at > received_at + timedelta(seconds=60)
            quality = "future" if ahead else "ancient" if reading.observed_at < LONG_AGO else reading.quality
            told = {"value": reading.value, "quality": quality}
            rows.append(told | {"observed_at": reading.observed_at, "received_at": received_at})
        return sorted(rows, key=lambda row: row["observed_at"])
