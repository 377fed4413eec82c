"""Where Dash finds the scripts of our own components: at the package they live in, addressed by their content."""

import sys

_ROOM = sys.modules[__package__ or "components"]
_ROOM.__version__ = "1"  # type: ignore[attr-defined]  # a part of the address that Dash insists on
_ROOM._js_dist = []  # type: ignore[attr-defined]


def declare(script: str) -> None:
    """Have this file beside this one sent to every page."""
    _ROOM._js_dist.append({"relative_package_path": script, "namespace": _ROOM.__name__})
