"""Names of answers (ETag): who knows the newest one is told so, and nothing more."""

from fastapi import Request
from starlette.responses import Response


def knows(request: Request, tag: str) -> bool:
    """Whether whoever asks has the answer of this name already."""
    known = request.headers.get("if-none-match", "")
    return any(part.strip().removeprefix("W/") in (tag, "*") for part in known.split(","))


def unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"ETag": tag})
