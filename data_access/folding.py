"""Text as it is searched: lower case, without tone marks, so that "da nang" finds "Đà Nẵng"."""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The same text in lower case and without marks.

    >>> fold("Đường Trần Phú"), fold("Karl-Heine-Straße")
    ('duong tran phu', 'karl-heine-strasse')
    """
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in lowered if not unicodedata.combining(sign)).translate(_PLAIN)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: runs of letters and numbers.

    >>> words("Bà Triệu, 12A")
    ('ba', 'trieu', '12a')
    """
    return tuple(word for part in text.split() for word in _words(part))


@lru_cache(10_000)
def _words(part: str) -> tuple[str, ...]:
    """The words between two spaces; a city's names are made of few."""
    return tuple(_WORD.findall(fold(part)))
