"""What a decoder is: a dialect's name, the topics it reads, and a pure function from bytes to a packet."""

from collections.abc import Callable
from dataclasses import dataclass

from data_access.records import Numbered, Packet
from data_access.words import Text


class DecodeError(ValueError):
    """A packet that cannot be read; `reason` says why, `detail` what exactly it was about.

    `numbered` is the number that it bears nevertheless: device, boot and number.
    """

    numbered: Numbered | None = None

    def __init__(self, why: Text | str, detail: object = "") -> None:
        self.why = why.words if isinstance(why, Text) else why
        self.detail = str(detail)[:120]
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """In English, as it is kept: the sentence, and after a colon what it was about."""
        return f"{self.why}: {self.detail}" if self.detail else self.why


@dataclass(frozen=True, slots=True)
class Decoder:
    """One dialect; `topics` are MQTT filters, `decode` raises DecodeError and nothing else."""

    name: str
    topics: tuple[str, ...]
    decode: Callable[[str, bytes], Packet]

    def reads(self, topic: str) -> bool:
        return any(matches(wanted, topic) for wanted in self.topics)


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic fits an MQTT filter: + is one level, # the rest; neither reaches topics that begin with $.

    >>> matches("cityglass/+/readings", "cityglass/box-7/readings"), matches("cityglass/#", "cityglass")
    (True, True)
    """
    levels, said = wanted.split("/"), topic.split("/")
    if said[0][:1] == "$" and levels[0] in ("+", "#"):
        return False
    for place, level in enumerate(levels):
        if level == "#":
            return True
        if place >= len(said) or level not in ("+", said[place]):
            return False
    return len(levels) == len(said)
