"""The few pages that stand before the door: plain HTML, no script, in the reader's language."""

from collections.abc import Mapping, Sequence
from html import escape

from starlette.responses import HTMLResponse

from data_access.words import language

_STYLE = """
:root { color-scheme: dark light; --ground: #0d1219; --text: #e7edf4; --quiet: #93a4b8; --line: #2a3542 }
@media (prefers-color-scheme: light) {
  :root { --ground: #f3f5f7; --text: #17202b; --quiet: #52616f; --line: #c9d2db }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--text);
  font: 18px/1.5 "Noto Sans", "Inter", system-ui, sans-serif }
main { max-width: 34rem; padding: 32px; margin: 16px; border: 1px solid var(--line); border-radius: 10px }
h1 { font-size: 24px; margin: 0 0 16px }
p { margin: 0 0 16px; color: var(--quiet) }
p:last-child { margin: 0 }
a { color: inherit }
code { color: var(--text); overflow-wrap: anywhere }
"""


def page(
    title: str,
    sentences: Sequence[str],
    status: int = 200,
    code: str = "",
    headers: Mapping[str, str] | None = None,
    home: str = "",
) -> HTMLResponse:
    """A short page: a title, a few sentences, a command where there is one to copy, and the words of a way home."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    command = f"<p><code>{escape(code)}</code></p>" if code else ""
    way = f'<p><a href="/">{escape(home)}</a></p>' if home else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Cityglass</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{told}{command}{way}</main></body></html>",
        status,
        {"Cache-Control": "no-store", "Content-Language": language(), **(headers or {})},
    )
