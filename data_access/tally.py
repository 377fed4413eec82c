"""How many messages of each device wait, and whose are the most: known at any time without looking through them."""

from collections.abc import Mapping


class Tally:
    """A count for each device.

    >>> tally = Tally({"quiet": 1, "loud": 3})
    >>> tally.fullest(), tally.total
    ('loud', 4)
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.total = 0
        self._counts: dict[str, int] = {}
        self._devices: dict[int, dict[str, None]] = {}  # by their count; who has had it longest comes first
        self._most = 0
        for device, count in counts.items():
            self.add(device, count)

    def add(self, device: str, more: int) -> None:
        """So many more of this device; fewer where it is negative."""
        before = self._counts.pop(device, 0)
        if before:
            del self._devices[before][device]
            if not self._devices[before]:
                del self._devices[before]
        after = before + more
        if after:
            self._counts[device] = after
            self._devices.setdefault(after, {})[device] = None
            self._most = max(self._most, after)
        self.total += more

    def fullest(self) -> str:
        """The device of which most wait; among equals the one that has had so many for longest.

        Raises:
            LookupError: none waits.
        """
        while self._most and self._most not in self._devices:
            self._most -= 1
        return next(iter(self._devices[self._most]))
