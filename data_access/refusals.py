"""Why a change that somebody asked for was not made."""


class CannotDo(ValueError):  # noqa: N818  # it says what happened
    """Nothing was changed; the message says why and what to do, for a person."""
