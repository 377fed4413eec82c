"""The words a person reads, in that person's language: gettext, with catalogues beside this file.

English stands in the code; `vi/` holds Vietnamese, one catalogue a room, read as they are: nothing is compiled.
The language is that of the request or process at hand: `with speaking("vi"): …`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from msgspec import Struct

LANGUAGES = ("vi", "en")

_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language being spoken: one of LANGUAGES."""
    return _language.get()


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak this language meanwhile; one that has no catalogue is English."""
    token = _language.set(wanted if wanted in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def settle(wanted: str) -> None:
    """Speak this language from now on in this process, such as `vi_VN.UTF-8`, as an environment names it."""
    spoken = wanted[:2].lower()
    _language.set(spoken if spoken in LANGUAGES else "en")


def _(words: str) -> str:
    """These words in the language being spoken."""
    return _catalogue(_language.get()).gettext(words)


def ngettext(one: str, many: str, n: float) -> str:
    """The words for n things in the language being spoken."""
    return _catalogue(_language.get()).ngettext(one, many, int(n))


class Text(Struct, frozen=True):
    """Words chosen before anyone knows who will read them; `str(text)` says them in the reader's language.

    `values` stand in its braces.
    """

    words: str
    values: dict[str, str | int | float] = {}

    def format(self, **values: str | int | float) -> "Text":
        """The same with these values in its braces."""
        return Text(self.words, values)

    def __str__(self) -> str:
        told = _(self.words)
        return told.format(**self.values) if self.values else told

    def __repr__(self) -> str:
        return f"N_({self.words!r})"

    def __hash__(self) -> int:
        return hash(self.words)


def N_(words: str) -> Text:  # noqa: N802  # gettext's own name for words marked now and said later
    """Mark words for translation where no reader is known yet, as in a module's constants."""
    return Text(words)


@cache
def _catalogue(spoken: str) -> NullTranslations:
    whole = Catalog(locale=spoken)
    for source in sorted(Path(__file__).with_name(spoken).glob("*.po")):
        with source.open("rb") as file:
            for message in read_po(file, locale=spoken):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
