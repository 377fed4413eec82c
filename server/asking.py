"""Who asks: the label of the session behind the request that is being answered, wherever in the house that is."""

from contextvars import ContextVar

_SESSION: ContextVar[object] = ContextVar("session", default=None)


def let_ask(session: object) -> None:
    """From here on, in this request, this session asks; None is a stranger."""
    _SESSION.set(session)


def session() -> object:
    """The session that asks, as the desk knows it (data_access.desk.Session); None for a stranger."""
    return _SESSION.get()


def who() -> str:
    """What the one who asks is called in the history of what was done: a label, else the session's own name."""
    session = _SESSION.get()
    label, name = getattr(session, "label", ""), getattr(session, "name", "")
    return str(label or (f"session {name[:6]}" if name else "desk"))
