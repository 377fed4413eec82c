"""What the parts of a page are called, once; a browser sees these names too, and they promise nothing."""

URL, FRAME = "url", "frame"
MAP, WALL_MAP = "map", "wall-map"

AT = "at"  # the minute that is replayed, RFC 3339; None: now
WISH = "time-wish"  # the time that is asked for, by the bar or by anything else on the page
SELECTED, PICKED = "selected", "picked"  # what is selected; what a list, a table or the Escape key asks for
# What is selected once its words stand there, and the same if it is an incident, or if it is anything else.
OPENED, WORKED, MEASURED = "opened", "worked", "measured"
FLIGHT = "flight"  # the picked thing that the map goes to, once the page tells of it
SHOWN = "shown"  # the keys of the layers that are on
LOOKS = "looks"  # which look each layer wears, by its key; a layer left out wears none
THEME = "theme"  # the reader's choice of light: sun, day, dusk or night
SEARCH, HITS, FORGET = "search-text", "hits", "search-forget"
SOUGHT, CHOSEN = "sought", "found-chosen"  # what is typed in the search field; the result that was chosen
PLACE = "place"  # the spot that is marked because somebody looked for it
ADDRESS = "address"  # the query part of the page's own address
REST = "rest"  # counts up once nothing that the address tells of has changed for a moment
TABLE = "table-of"  # the key of the layer whose table is open

MINUTE = "minute"  # ticks once a minute
# The same ticks, and the map's pulse, while the page shows now: the past does not go on.
NEWS, NEW_MINUTE = "news", "new-minute"
NEWS_OPENED, NEWS_WORKED, NEWS_TABLE = "news-opened", "news-worked", "news-table"  # the same for what is open
# Another time is shown, while something is open that goes along.
MOVED_OPENED, MOVED_WORKED, MOVED_MEASURED = "moved-opened", "moved-worked", "moved-measured"
LIVE, SLIDER, TYPED, CALENDAR, TOLD = "live", "slider", "typed", "calendar", "time-told"
PLAY, SPEED, SPAN, CAPTION, TRACK_BED = "play", "speed", "span", "time-caption", "track-bed"
STRETCH, EVENTS, EVENT_LIST = "time-stretch", "time-events", "event-list"  # what the slider spans; what happened in it
MORE_TIME, MORE_TIME_OPEN = "more-time", "more-time-open"
BANNER, STATE, FIGURES, NEEDS = "banner", "state", "figures", "needs"
DRAWER, DETAIL, CHART, CLOSE = "drawer", "detail", "chart", "close"
HISTORY, HISTORY_METRIC, HISTORY_CHOICE = "history", "history-metric", "history-choice"  # which past the drawer draws
HISTORY_START, HISTORY_END = "history-start", "history-end"
RAW, RAW_OPEN, AROUND = "raw", "raw-open", "around"
SHEET, SHEET_FRAME, SHEET_CLOSE = "sheet", "sheet-frame", "sheet-close"
RAIL, FOLD = "rail", "fold"
COUNTED = "counted"  # whether the tiles count what the map shows; else the whole city
COUNTED_SIGHT = "counted-sight"  # what the map shows, while the tiles count it
HELP, TOUR = "help", "tour"
SINCE, SINCE_WISH, SINCE_TOLD, HERE = "since", "since-wish", "since-told", "here"  # what changed; a sign of life
SAVED, SAVED_WISH, SAVED_LIST = "saved", "saved-wish", "saved-list"  # saved views
SAVED_NAME, SAVED_MINUTE = "saved-name", "saved-minute"
NOTE_CARD, NOTE_WISH, NOTE_DRAFT, NOTE_PLACE = "note-card", "note-wish", "note-draft", "note-place"
NOTE_TEXT, NOTE_TIME, NOTE_PIN, NOTE_SAID = "note-text", "note-time", "note-pin", "note-said"
NOTE_WORK = "note-work"
OUTCOME = "outcome"  # where the page says what a change did, with the way back
WORK, WORK_DEEDS, WORK_TOLD = "work", "work-deeds", "work-told"  # on the incident in the drawer
WORK_WISH, WORK_DONE, WORK_SEEN, WORK_FOR = "work-wish", "work-done", "work-seen", "work-for"
NEW_CARD, NEW_WISH, NEW_DRAFT, NEW_PLACE = "new-card", "new-wish", "new-draft", "new-place"  # an incident to be opened
NEW_TITLE, NEW_KIND, NEW_SEVERITY, NEW_FROM, NEW_TEXT, NEW_OPEN, NEW_SAID = (
    "new-title",
    "new-kind",
    "new-severity",
    "new-from",
    "new-text",
    "new-open",
    "new-said",
)
FILTER_SIGHT = "filter-sight"  # what the map shows, while the lists follow it
FILTER, FILTER_WORDS, FILTER_SEVERITY, FILTER_STATE, FILTER_SEEN = (  # of the lists in the drawer
    "incident-filter",
    "filter-words",
    "filter-severity",
    "filter-state",
    "filter-seen",
)
WALL_STATE, WALL_FIGURES, WALL_NEEDS, WALL_MINUTE, WALL_THEME = (
    "wall-state",
    "wall-figures",
    "wall-needs",
    "wall-minute",
    "wall-theme",
)


def switch(key: str) -> dict[str, str]:
    return {"switch": key}


def look(key: str) -> dict[str, str]:
    return {"look": key}


def legend_of(key: str) -> dict[str, str]:
    return {"legend": key}


def tally(key: str) -> dict[str, str]:
    return {"tally": key}


def table_of(key: str) -> dict[str, str]:
    return {"table": key}


def deed(act: str) -> dict[str, str]:
    return {"deed": act}


def like(act: str) -> dict[str, str]:
    return {"like": act}
