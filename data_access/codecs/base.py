"""What a codec is: a model's name, a way to know its frames, and a pure function from a frame to numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


class FrameError(ValueError):
    """A frame that its codec cannot read; the words say why, `detail` what exactly it was about."""

    def __init__(self, why: str, detail: object = "") -> None:
        self.why, self.detail = why, str(detail)[:120]
        super().__init__(f"{why}: {self.detail}" if self.detail else why)


@dataclass(frozen=True, slots=True)
class Codec:
    """One model of a device.

    `decode` takes the port and the frame and gives values by metric, whose names carry their units; it raises
    FrameError and nothing else. `fits` says whether a frame of nobody knows whom could be one of this model's.
    """

    name: str
    decode: Callable[[int, bytes], Mapping[str, float]]
    fits: Callable[[bytes], bool]
