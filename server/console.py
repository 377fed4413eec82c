"""The command line's common parts: its options, its words to a person, and how it is told to stop."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from data_access.settings import Settings
from data_access.words import _, settle

settle(os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")

Host = Annotated[str | None, typer.Option(help=_("Address of desk and wall; beyond loopback it is refused."))]
Port = Annotated[int | None, typer.Option(help=_("Port of desk and wall (8050)."))]
PublicHost = Annotated[str | None, typer.Option(help=_("Address of the public view."))]
PublicPort = Annotated[int | None, typer.Option(help=_("Port of the public view (8051)."))]
AdminPort = Annotated[int | None, typer.Option(help=_("Port of the metrics, on loopback only (8052)."))]
MqttPort = Annotated[int | None, typer.Option(help=_("Port of the broker that is started (1883)."))]
Broker = Annotated[str | None, typer.Option(help=_("Use this broker, mqtt://host:port, instead of starting one."))]
Database = Annotated[str | None, typer.Option(help=_("Address of the database; SQLite in the data folder without."))]
Data = Annotated[Path | None, typer.Option(help=_("Folder for all data (var/<city>)."))]
CityFile = Annotated[
    Path | None,
    typer.Option(help=_("A city: its description (.toml), or an .osm.pbf file; the simulated one without.")),
]
Sources = Annotated[Path | None, typer.Option(help=_("Folder of the files that a city's description names."))]
Simulation = Annotated[
    bool | None, typer.Option("--simulation/--no-simulation", help=_("Let simulated devices speak."))
]
Speed = Annotated[float | None, typer.Option(help=_("How much faster than the clock simulated devices live."))]
OneProcess = Annotated[
    bool | None, typer.Option("--one-process", help=_("Listener and worker inside the ops process."))
]

Contact = Annotated[
    str | None, typer.Option(help=_("Whom the public view names for questions, such as an e-mail address."))
]
Licence = Annotated[str | None, typer.Option(help=_("Terms on which the public view publishes, such as CC BY 4.0."))]


def chosen(given: dict[str, Any]) -> Settings:
    """Settings from the environment, and over them what the command line says."""
    return Settings(**{name: value for name, value in given.items() if value is not None})


class Refused(typer.Exit):
    """Something cannot be done; the sentence says what, and what to do."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        typer.echo(sentence, err=True)
        super().__init__(code)


def stop_on_signals() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_signal: stop.set())
    return stop


def say(sentence: str) -> None:
    typer.echo(sentence)
    sys.stdout.flush()


def show_progress(words: str, share: float | None) -> None:
    """Progress on one line where someone watches, and as a line a step where nobody does."""
    if not sys.stdout.isatty():
        if share in (None, 1.0):
            say(f"  {words}")
        return
    bar = "" if share is None else f" {share:4.0%}"
    typer.echo(f"\r  {words}{bar}\033[K", nl=share in (None, 1.0))
