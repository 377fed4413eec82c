"""Privacy rules as values; the pure functions that apply them stand beside (guarantees G14, G15)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class OneByOne:
    """The city's own instruments, published one by one after a delay."""

    delay: timedelta


@dataclass(frozen=True, slots=True)
class ByArea:
    """Things that may be counted but not placed: how many stand in each cell of this size."""

    cell_m: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of people, vehicles, reports or spaces: in time buckets, late, and never a count from 1 to k - 1."""

    k: int
    bucket: timedelta
    delay: timedelta


@dataclass(frozen=True, slots=True)
class AsItIs:
    """What is public already, such as a building's outline."""


Rule = OneByOne | ByArea | Counted | AsItIs
