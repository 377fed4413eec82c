"""The year in which something was finished, as far as start_date tells; pure.

OpenStreetMap knows many ways to say a date. A single year is taken, also one that is said to be about right; a span
(a decade, a century, before, after, between) is no year and is refused as that.
"""

import re

from data_access.words import N_, Text

NOT_A_YEAR = N_("not a year that can be understood")
A_SPAN = N_("a span of years, not a year")
NOT_YET = N_("in the future")
TWO_YEARS = N_("two different years")

OLDEST = 100  # of what stands in a city; two digits are a year without its century

_ABOUT = re.compile(r"(?:~|c\.|ca\.?|circa|about|um)\s*|^j:")
_SPAN = re.compile(
    r".*(?:\.\.|\bto\b|century|\bbefore\b|\bafter\b|\buntil\b|\bsince\b|\bbc\b|\bbce\b|\d0s\b|\bc\d{1,2}\b"
    r"|\b(?:early|mid|late)\b|[<>]).*"
)
_YEARS = re.compile(r"(\d{4})\s*[-–/]\s*(\d{4})")
_FORMS = (
    re.compile(r"(\d{3,4})"),
    re.compile(r"(\d{4})[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:0?[1-9]|[12]\d|3[01]))?(?:t[\d:.]+z?)?"),  # 1889-05-20
    re.compile(r"(?:(?:0?[1-9]|[12]\d|3[01])[-/.]){0,2}(\d{4})"),  # 20.05.1889, 05/1889
    re.compile(r"(?:\d{1,2}\s+)?[a-z]{3,9}\.?\s+(?:\d{1,2},?\s+)?(\d{4})"),  # May 1889, 20 May 1889, May 20, 1889
    re.compile(r"năm\s+(\d{4})"),
)


def year(said: str, this_year: int) -> int | Text:
    """The year that is said, or why it is none."""
    text = _ABOUT.sub("", said.strip().lower()).strip()
    if ";" in text:
        several = {year(one, this_year) for one in text.split(";") if one.strip()}
        return several.pop() if len(several) == 1 else TWO_YEARS if several else NOT_A_YEAR
    if _YEARS.fullmatch(text) or _SPAN.fullmatch(text):
        return A_SPAN
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None or not (told := int(found[1])) >= OLDEST:
        return NOT_A_YEAR
    return told if told <= this_year else NOT_YET
