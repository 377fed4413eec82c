"""What the parts of the page of registers are called."""

MAP = "register-map"
AT, THEME, MINUTE = "register-at", "register-theme", "register-minute"
SHELF, FIND, FILTER = "register-shelf", "register-find", "register-filter"
NAV, LIST = "register-nav", "register-list"
PICKED, CHOSEN, CLOSE = "register-picked", "register-chosen", "register-close"
SHEET, FRAME = "register-sheet", "register-frame"
SAID = "register-said"  # what a change did
SEES = {"register-sees": "said"}  # what a draft would see
MIDDLE = {"register-middle": "go"}  # puts a draft in the middle of the map
MADE = "register-made"  # counts the changes that were made from here
UPON = "register-upon"  # what the form was made from: the register, the thing, and the revision that was looked at
NOTE, SAVE, ADD = "register-note", "register-save", "register-add"
ADDRESS, BANNER = "register-address", "register-banner"


def tab(key: str) -> dict[str, str]:
    return {"register-tab": key}


def field(name: str) -> dict[str, str]:
    return {"register-field": name}


def act(name: str, of: str = "") -> dict[str, str]:
    """A button that does something at once: undo, remove, read, aside or back."""
    return {"register-act": name, "of": of}
