"""What devices pack into a radio frame: one pure file for each maker; CODECS is the one list that registers them."""

from data_access.codecs import decentlab
from data_access.codecs.base import Codec

__all__ = ["CODECS", "Codec", "codec_for"]

CODECS: tuple[Codec, ...] = (decentlab.DL_PM,)


def codec_for(model: str, words: str, frame: bytes) -> Codec | None:
    """The codec of a device: of the model that its network server states; where it states none, the one that the
    server's other words of the device name, or the only one whose form the frame has.

    A stated model that nobody knows is not guessed at.

    >>> codec_for("dl-pm", "", b"").name, codec_for("", "Decentlab DL_PM, roof", b"").name
    ('dl-pm', 'dl-pm')
    >>> codec_for("dl-tbrg", "", b"")
    """
    if model:
        return next((codec for codec in CODECS if codec.name == _plain(model)), None)
    named = [codec for codec in CODECS if codec.name in _plain(words)]
    found = named or [codec for codec in CODECS if codec.fits(frame)]
    return found[0] if len(found) == 1 else None


def _plain(words: str) -> str:
    return words.lower().replace("_", "-").replace(" ", "-")
