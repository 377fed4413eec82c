"""What a start looks at before and while it happens: choices that cannot work, taken ports, servers that answer."""

import socket
import urllib.error
import urllib.request
from ipaddress import ip_address

from data_access.settings import Settings
from data_access.words import _


def obstacle(settings: Settings) -> str | None:
    """Why this start cannot work, with what to do about it; None when nothing is in the way."""
    if not loopback(settings.host):
        return _(
            "--host {host} would show the desk beyond this machine. That needs accounts, which do not exist yet. "
            "Keep 127.0.0.1."
        ).format(host=settings.host)
    if settings.database and not settings.database.startswith("sqlite:"):
        return _("This version keeps its data in SQLite only: --database must begin with sqlite:///.")
    if settings.city is not None and not settings.city.exists():
        return _("There is no city file {path}. Check the path after --city.").format(path=settings.city)
    wanted = {
        "--port": (settings.host, settings.port),
        "--public-port": (settings.public_host, settings.public_port),
        "--admin-port": ("127.0.0.1", settings.admin_port),
    }
    if settings.broker is None:
        wanted["--mqtt-port"] = ("127.0.0.1", settings.mqtt_port)
    for option, (host, port) in wanted.items():
        if taken(host, port):
            return _(
                "Port {port} is taken by another program. End that program, or choose another port with {option}."
            ).format(port=port, option=option)
    return None


def loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def taken(host: str, port: int) -> bool:
    """Whether another program holds this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def healthy(host: str, port: int) -> bool:
    """Whether a server there says that it is well."""
    reached = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104  # compared, not bound
    try:
        with urllib.request.urlopen(f"http://{reached}:{port}/healthz", timeout=1) as answer:  # our own
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
