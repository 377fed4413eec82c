"""The class of each row of a file: by the description's own mapping, by the words that are known, or refused."""

from collections import Counter
from collections.abc import Mapping

from data_access.description import Source
from data_access.importers.rows import NOT_WANTED, Rows, said
from data_access.words import N_, _

UNCLASSED = N_("nothing says what it is")
EXAMPLES = 5  # words that are named where many are unknown


def classes(
    source: Source, rows: Rows, known: Mapping[str, str], needed: bool = True
) -> tuple[list[str | None], list[str | None]]:
    """For each row its class, or else why it has none. A class of "" in the description leaves rows out."""
    words = [said(value) for value in rows.column(source, "class")]
    named = [_class(source, word, known) for word in words]
    wanted = rows.chosen(source).tolist()
    unknown = Counter(
        word for word, one, chosen in zip(words, named, wanted, strict=True) if word and one is None and chosen
    )
    examples = ", ".join(word for word, _count in unknown.most_common(EXAMPLES))
    foreign = _("of classes that the map does not show ({examples})").format(
        examples=examples + (", …" if len(unknown) > EXAMPLES else "")
    )

    def reason(word: str | None, one: str | None, chosen: bool) -> str | None:
        if not chosen or one == "":
            return str(NOT_WANTED)
        if one is not None or (word is None and not needed):
            return None
        return str(UNCLASSED) if word is None else foreign

    reasons = [reason(word, one, chosen) for word, one, chosen in zip(words, named, wanted, strict=True)]
    return [one or None for one in named], reasons


def _class(source: Source, word: str | None, known: Mapping[str, str]) -> str | None:
    """Ours for this word; "" where it is to be left out, None where nobody knows it."""
    if word is not None and word in source.classes:
        return source.classes[word]
    if "class" not in source.fields or (word is None and source.classed):
        return source.classed
    return known.get(word) if word is not None else None
