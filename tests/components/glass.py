"""The desk in a real Chromium: the running server, and one page with a witness of all that it does."""

import subprocess
import sys
from typing import Any

import httpx

from tests.conftest import HOUSE, free_port, wait_for_port

DRAWN = "() => window.cityglass?.map && document.querySelector('#needs section') !== null"
REFUSALS = """window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(e.violatedDirective + e.blockedURI));"""
HALF = 0.5  # of the dots a side: a machine that draws by its processor draws them in half the time
PATIENCE_MS = 120_000  # a machine that draws by its processor may spend many seconds on one frame
TOURED = "localStorage.setItem('tour', 'seen')"  # as for one who was here before


def fresh(browser: Any, **wanted: Any) -> Any:
    """A context of its own, whose pages wait long enough for a slow machine: no test measures time by a timeout."""
    context = browser.new_context(**wanted)
    context.set_default_timeout(PATIENCE_MS)
    return context


class Served:
    """The running desk: where it is, and the cookie of one who is signed in."""

    def __init__(self, folder: Any) -> None:
        self.folder, self.port = folder, free_port()
        command = [sys.executable, "-m", "tests.components.desk_harness", str(folder), str(self.port)]
        self.process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        link = self.process.stdout.readline().strip()
        wait_for_port(self.port, 60)
        self.url = f"http://127.0.0.1:{self.port}"
        self.cookies = [
            {"url": self.url, "name": name, "value": value} for name, value in httpx.get(link).cookies.items()
        ]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Glass:
    """One page, and a witness of its console, its requests and its policy."""

    def __init__(self, browser: Any, served: Served, path: str = "/", toured: bool = True, **context: Any) -> None:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", "device_scale_factor": HALF} | context
        self.context, self.served = fresh(browser, **wanted), served
        self.context.add_cookies(served.cookies)
        self.context.add_init_script(REFUSALS)
        if toured:
            self.context.add_init_script(TOURED)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        if path.startswith("/"):
            self.go(path)

    def go(self, path: str) -> None:
        self.page.goto(self.served.url + path)
        self.wait("() => window.cityglass?.map !== undefined")

    def wait(self, condition: str, argument: Any = None) -> None:
        self.page.wait_for_function(condition, arg=argument)

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).inner_text())

    def wait_text(self, selector: str, words: str) -> None:
        self.wait("([s, words]) => document.querySelector(s)?.innerText.includes(words)", [selector, words])

    def close(self) -> None:
        self.context.close()
