"""A stretch of the past in one piece, for who looks at many moments of it: `GET /api/window/{key}?from=&to=&step=`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from fastapi import APIRouter
from starlette.responses import Response

from data_access.queries import Question
from data_access.windows import COARSEST, LONGEST, Window
from data_access.words import _
from layers.base import Layer
from server import asked
from server.problems import Problem

FRAME = "application/octet-stream"
STEP_S = 3600  # the longest step
FINE, COARSE = LONGEST // timedelta(minutes=1), COARSEST // timedelta(hours=1)


class Windows(Protocol):
    """What a store answers of a stretch (data_access.store.CityStore.window)."""

    def __call__(
        self, question: Question, start: datetime, end: datetime, step: timedelta = timedelta(0)
    ) -> Window | None: ...


class Encoded(Protocol):
    """How a window becomes one frame (live.frames.window); server and live do not know each other."""

    def __call__(self, layer: str, told: Window, *, revision: int, now: float) -> bytes: ...


def serve(
    router: APIRouter,
    chosen: Callable[[str], Layer],
    windows: Windows,
    revision: Callable[[], int],
    encoded: Encoded,
    now: Callable[[], datetime],
) -> None:
    """Open the address; `chosen` gives the layer of a key or refuses it."""

    @router.get("/api/window/{key}")
    def layer_window(
        key: str, start: str | None = asked.named("from"), to: str | None = None, step: str | None = None
    ) -> Response:
        layer, moment = chosen(key), now()
        begin, end = asked.instant(start, "from", moment), asked.instant(to, "to", moment)
        if begin is None or end is None or begin >= end:
            raise Problem(400, _("A window needs “from” and “to”, and “from” must lie before “to”."))
        steps = timedelta(seconds=asked.number(step, "step", 1, STEP_S) if step else 0)
        if end - begin > (COARSEST if steps else LONGEST):
            told = _("A window may be {minutes} minutes long, and with a “step” in seconds {hours} hours.")
            raise Problem(400, told.format(minutes=FINE, hours=COARSE))
        known = revision()  # read first: an answer may be newer than it says, never older
        found = windows(layer.query, begin, min(end, moment), steps) if begin < moment else None
        if found is None:
            raise Problem(404, _("Of the layer “{key}” there is no window of this time.").format(key=key[:60]))
        return Response(encoded(key, found, revision=known, now=moment.timestamp() * 1000), media_type=FRAME)
