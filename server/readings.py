"""The address of the raw readings: page by page in JSON, and in CSV also a whole stretch at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from data_access.table import Table
from data_access.words import _
from server import asked
from server.problems import Problem
from server.shapes import comma_separated

READINGS = 10_000  # of one page
WHOLE = "all"  # a limit that is none, for CSV
JSON, CSV = "application/json", "text/csv; charset=utf-8"

Readings = Callable[..., tuple[Table, str | None]]


def serve(router: APIRouter, readings: Readings, now: Callable[[], datetime]) -> None:
    """Answer at /api/readings from this store's readings."""

    @router.get("/api/readings")
    def list_readings(request: Request, device: str | None = None, metric: str | None = None) -> Response:
        query, moment = request.query_params, now()
        end = asked.instant(query.get("to"), "to", moment) or moment
        start = asked.instant(query.get("from"), "from", moment) or end - timedelta(days=1)
        shape = asked.choice(query.get("format"), "format", "json", "csv")
        whole = shape == "csv" and query.get("limit") == WHOLE
        limit = READINGS if whole else asked.number(query.get("limit"), "limit", 1_000, READINGS)
        if start >= end:
            raise Problem(400, _("“from” must lie before “to”."))
        try:
            table, after = readings(device, metric, start, end, query.get("after"), limit)
        except (ValueError, TypeError) as fault:
            raise Problem(400, _("“after” is not a place in this list; follow “next” as it was given.")) from fault
        headers = {"Content-Disposition": 'attachment; filename="readings.csv"'}
        if whole:

            def following(after: str) -> tuple[Table, str | None]:
                return readings(device, metric, start, end, after, limit)

            return StreamingResponse(_every(table, after, following), headers=headers, media_type=CSV)
        next_page = None if after is None else _next(request, start, end, after)
        if shape == "csv":
            if next_page:
                headers["Link"] = f'<{next_page}>; rel="next"'
            return Response(comma_separated(_whole_numbers(table)), headers=headers, media_type=CSV)
        told = {"readings": [row._asdict() for row in _whole_numbers(table)], "next": next_page}
        return Response(orjson.dumps(told, option=orjson.OPT_UTC_Z), media_type=JSON)


def _every(table: Table, after: str | None, following: Callable[[str], tuple[Table, str | None]]) -> Iterator[str]:
    """The pages one after the other under one head; each is read when the one before it has been taken."""
    yield comma_separated(_whole_numbers(table))
    while after is not None:
        table, after = following(after)
        yield comma_separated(_whole_numbers(table), head=False)


def _whole_numbers(table: Table) -> Table:
    """A column that may lack numbers holds floats; those of packets are whole."""
    told = table["seq"].tolist()
    return table.with_columns(
        seq=np.array([None if seq is None or seq != seq else int(seq) for seq in told], dtype=object)
    )


def _next(request: Request, start: datetime, end: datetime, after: str) -> str:
    """The address of the next page: the same question, its times now fixed, from where this page ended."""
    told: dict[str, Any] = dict(request.query_params)
    told |= {"from": start.isoformat(), "to": end.isoformat(), "after": str(after)}
    return f"{request.url.path}?{urlencode(told)}"
