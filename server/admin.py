"""The admin port: metrics of all processes in Prometheus form, on loopback only, served by the supervisor.

Every process writes its numbers into files of `folder` (prometheus_client's multiprocess mode); this one adds them up.
"""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def prepare(folder: Path) -> dict[str, str]:
    """An empty folder for this run's numbers, and the environment by which a process finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ[FOLDER] = str(folder)
    return {FOLDER: str(folder)}


def exposition(folder: Path) -> bytes:
    """All numbers that the processes wrote, in Prometheus' text form."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # theirs is not typed
    return generate_latest(registry)


def serve(port: int, folder: Path) -> ThreadingHTTPServer:
    """Serve /metrics on loopback from a thread of its own; `shutdown()` ends it.

    Raises:
        OSError: the port is taken.
    """

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.split("?")[0] == "/metrics"
            body = exposition(folder) if found else b"not found\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Metrics)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
