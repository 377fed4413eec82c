"""Starting a whole installation: the import, then every process under one supervisor, until it is told to stop."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from data_access.desk import Desk
from data_access.settings import Settings
from data_access.words import _
from server import admin, mosquitto, preflight, supervisor
from server.supervisor import Child, Supervisor

BROKER_WITHIN_S, READY_WITHIN_S, LOOK_EVERY_S = 20, 120, 0.25

# What may hold a password, and what the public process has no use for: it opens its own snapshot and nothing else.
NOT_FOR_THE_PUBLIC = frozenset({"CITYGLASS_DATABASE", "CITYGLASS_BROKER"})

Say = Callable[[str], None]


class CannotStartError(RuntimeError):
    """Why the installation did not come up, in a sentence, and the code to end with."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code


def launch(settings: Settings, program: Path, say: Say, stop: threading.Event, simulated: bool) -> None:
    """Start everything and keep it alive until `stop`; with `simulated`, devices that are made up speak too.

    Raises:
        CannotStartError: something is in the way, or a process ended before all were ready.
    """
    if fault := preflight.obstacle(settings):
        raise CannotStartError(fault)
    kept = Supervisor(settings.folder / "logs")
    environment = settings.environment() | admin.prepare(settings.folder / "metrics")
    metrics = admin.serve(settings.admin_port, settings.folder / "metrics")
    try:
        say(_("Preparing the city in {folder}").format(folder=settings.folder))
        _import(program, environment)
        if settings.broker is None:
            kept.start(Child("broker", _broker(settings, program, say), environment))
            kept.wait_until(lambda: preflight.listening("127.0.0.1", settings.mqtt_port), BROKER_WITHIN_S)
        for name in processes(settings, simulated):
            secret = NOT_FOR_THE_PUBLIC if name == "public" else frozenset()
            kept.start(Child(name, _command(program, name), environment, secret))
        say(_("Starting desk, wall and public view"))
        servers = [(settings.host, settings.port), (settings.public_host, settings.public_port)]
        kept.wait_until(lambda: stop.is_set() or all(preflight.healthy(*at) for at in servers), READY_WITHIN_S)
        if not stop.is_set():
            _announce(settings, say)
        while not stop.wait(LOOK_EVERY_S):
            kept.check()
    except supervisor.CannotStartError as fault:
        raise CannotStartError(_("Cityglass could not start. {fault}").format(fault=fault), 1) from None
    finally:
        kept.stop()
        metrics.shutdown()


def processes(settings: Settings, simulated: bool) -> list[str]:
    """The processes of this installation besides the broker, in the order in which they start."""
    named = ["ops", "public"] if settings.one_process else ["ingest", "worker", "ops", "public"]
    return [*named, "simulate"] if simulated else named


def _broker(settings: Settings, program: Path, say: Say) -> list[str]:
    """The command that starts a broker: Mosquitto where it is installed, else the embedded one, which says so."""
    found = mosquitto.command(settings.folder / "broker", settings.mqtt_port)
    if found is None:
        say(
            _(
                "Mosquitto is not installed, so the embedded broker is used. It is for trying out: "
                "it keeps nothing over a crash. For real use: apt-get install mosquitto"
            )
        )
    return found or _command(program, "broker")


def _command(program: Path, name: str) -> list[str]:
    return [sys.executable, str(program), name]


def _import(program: Path, environment: dict[str, str]) -> None:
    """Import in a process of its own, which takes its memory with it when it ends, and says itself what is wrong."""
    done = subprocess.run(_command(program, "import"), env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise CannotStartError(_("The city could not be prepared, so nothing was started."), done.returncode)


def _announce(settings: Settings, say: Say) -> None:
    """Say that everything is ready, and where."""
    desk = Desk(settings.folder / "desk.db")
    here = f"http://{settings.host}:{settings.port}/sign-in?token="
    say("Cityglass is ready")  # the contract's words, for scripts, in every language
    say(f"Desk    {here}{desk.link()}")
    say(f"Wall    {here}{desk.link()}&next=/wall")
    say(f"Public  http://{settings.public_host}:{settings.public_port}/")
    say(_("Each address of desk and wall signs one browser in; `app.py user link` makes more. Ctrl-C ends everything."))
    desk.close()
