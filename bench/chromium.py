"""What the benches share that look at a page in real Chromium."""

from collections.abc import Sequence

import numpy as np

RENDERER = """() => {
  const context = document.createElement("canvas").getContext("webgl2");
  const told = context?.getExtension("WEBGL_debug_renderer_info");
  return told ? context.getParameter(told.UNMASKED_RENDERER_WEBGL) : "not told";
}"""


def said(title: str, waits: Sequence[float]) -> str:
    """A line of the report: how long these waits were, in milliseconds."""
    if not len(waits):
        return f"{title:<42} nothing was answered"
    median, p95, p99 = np.percentile(waits, [50, 95, 99])
    figures = f"median {median:6.0f} ms   p95 {p95:6.0f} ms   p99 {p99:6.0f} ms   worst {max(waits):6.0f} ms"
    return f"{title:<42} {figures}   {len(waits)} times"
