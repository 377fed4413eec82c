"""Times that a browser asks for, and times in full as the city's people say them. In between they are in UTC."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from data_access.words import _, language

LONGEST = 40  # characters of a time that is meant as one
WRITTEN = "%d/%m/%Y %H:%M"  # as people write it in Vietnamese, and in the English of these pages


def instant(wish: object) -> datetime | None:
    """The instant that a browser names in RFC 3339; None when it names none, for what it sends is a wish."""
    at = _parsed(wish)
    try:
        return at.astimezone(UTC) if at and at.tzinfo else None
    except OverflowError:
        return None


def typed(wish: object, zone: ZoneInfo) -> datetime | None:
    """The instant that was typed by the clocks of the city, or chosen in a calendar; of an hour told twice, the first.

    It is typed as `written` writes it, or as a native time input does.
    """
    at = _parsed(wish) or _read(wish)
    try:
        return at.replace(tzinfo=zone).astimezone(UTC) if at and not at.tzinfo else None
    except OverflowError:
        return None


def for_input(at: datetime, zone: ZoneInfo) -> str:
    """This instant as a native time input writes it, to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def written(at: datetime, zone: ZoneInfo) -> str:
    """This instant as the page's readers write it; a native input would go by the browser's language instead."""
    return at.astimezone(zone).strftime(WRITTEN)


def moment(at: datetime, zone: tzinfo | None) -> str:
    """Day and minute in full, as one says them in the city."""
    return str(format_datetime(at, _("EEEE d MMMM y, HH:mm"), tzinfo=zone, locale=language()))


def _read(wish: object) -> datetime | None:
    if not isinstance(wish, str) or len(wish) > LONGEST:
        return None
    try:
        return datetime.strptime(wish.strip(), WRITTEN)  # noqa: DTZ007  # the zone is the city's, added by who calls
    except ValueError:
        return None


def _parsed(wish: object) -> datetime | None:
    if not isinstance(wish, str) or len(wish) > LONGEST:
        return None
    try:
        return datetime.fromisoformat(wish)
    except ValueError:
        return None
