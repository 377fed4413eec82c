"""Cityglass: the composition root and the command line; the only place where all parts meet.

    python app.py --help

`run` starts everything under one supervisor; each other command is one of its processes, or a tool of its own.
"""

import threading
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_access.settings import Settings
from data_access.words import N_, _
from server.console import (
    AdminPort,
    Broker,
    CityFile,
    Data,
    Database,
    Host,
    MqttPort,
    OneProcess,
    Port,
    PublicHost,
    PublicPort,
    Refused,
    Simulation,
    Speed,
    chosen,
    say,
    show_progress,
    stop_on_signals,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from data_access.declarations import Counts
    from data_access.desk import Desk
    from data_access.importers.found import Found
    from data_access.public_store import PublicStore
    from data_access.store import CityStore
    from data_access.writer import CityWriter

VERSION = "0.1.0"
SEED = 7  # of the simulated town: the same seed gives the same town
ASSETS = Path(__file__).resolve().parent / "assets"

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
user = typer.Typer(no_args_is_help=True, help=_("Who may see the desk: links to sign in, tokens for scripts."))
cli.add_typer(user, name="user")


# --- the three views ------------------------------------------------------------------------------------------------


def officials(settings: Settings) -> "ASGIApp":
    """The desk and the wall: all layers over the whole store, behind the guard."""
    from components.page import dash_app
    from components.view import View
    from data_access.desk import Desk
    from data_access.store import CityStore
    from layers import LAYERS
    from live.frames import snapshot
    from live.hub import Hub
    from server import api, door, numbers, problems, sessions, tiles
    from server.bare import bare_server, hosts
    from server.faring import deaf_since, fares, lag_s

    store = CityStore.open(settings.database_url)
    hub = Hub(store, LAYERS, lag=lambda: lag_s(settings.folder))
    health = partial(fares, store, settings.folder)
    keys = sessions.Sessions(Desk(settings.folder / "desk.db"))
    server = bare_server(at_end=hub.close, each_second=lambda: numbers.CLIENTS.set(hub.clients))
    problems.watch(server)
    server.include_router(sessions.routes(keys))
    server.include_router(api.routes(store, LAYERS, snapshot, version=VERSION, health=health))
    server.include_router(tiles.routes(settings.folder / "tiles"))
    server.add_api_websocket_route("/live", hub.socket)
    desk = View("desk", N_("Desk"), LAYERS, store, deaf_since=lambda: deaf_since(settings.folder))
    wall = View("wall", N_("Wall"), LAYERS, store, deaf_since=lambda: deaf_since(settings.folder))
    page = dash_app(server, desk, wall, ASSETS)
    return door.ops(
        server, keys, settings.port, hosts=hosts(settings.host), hashes=page.csp_hashes, language=tongue(store)
    )


def public(settings: Settings) -> "ASGIApp":
    """The public view: what was published, over its own snapshot, with no way to anything else."""
    from components.public import public_app
    from components.view import View
    from data_access.public_store import PublicStore
    from layers import PUBLIC
    from live.frames import snapshot
    from server import api, door, problems, tiles
    from server.bare import bare_server, hosts

    store = PublicStore(settings.folder / "public")
    server = bare_server()
    problems.watch(server)
    server.include_router(api.routes(store, PUBLIC, snapshot, version=VERSION))
    server.include_router(tiles.routes(settings.folder / "tiles", kept="public"))
    page = public_app(server, View("public", N_("Public view"), PUBLIC, store, live=None), ASSETS)
    named = hosts(settings.public_host)
    return door.public(server, settings.public_port, hosts=named, hashes=page.csp_hashes, language=tongue(store))


def tongue(store: "CityStore | PublicStore") -> str:
    """The city's own language, for readers who name none that we speak."""
    city = store.city()
    return city.languages[0] if city and city.languages else "en"


# --- the processes --------------------------------------------------------------------------------------------------


@cli.command(help=_("Start everything on an embedded default; Ctrl-C ends it."))
def run(
    host: Host = None,
    port: Port = None,
    public_host: PublicHost = None,
    public_port: PublicPort = None,
    admin_port: AdminPort = None,
    mqtt_port: MqttPort = None,
    broker: Broker = None,
    database: Database = None,
    data: Data = None,
    city: CityFile = None,
    simulation: Simulation = None,
    speed: Speed = None,
    one_process: OneProcess = None,
) -> None:
    settings = chosen(locals())
    from server.launch import CannotStartError, launch

    try:
        launch(settings, Path(__file__).resolve(), say, stop_on_signals())
    except CannotStartError as fault:
        raise Refused(str(fault), fault.code) from None


@cli.command(help=_("The listener: from the broker into the store."))
def ingest() -> None:
    from server.processes import listen

    listen(Settings(), stop_on_signals())


@cli.command(help=_("What comes round: camera views, keyframes, the public snapshot."))
def worker() -> None:
    from server.processes import work_through

    work_through(Settings(), stop_on_signals())


@cli.command(help=_("The server of desk and wall."))
def ops() -> None:
    from server.bare import serve
    from server.processes import listen, work_through

    settings, stop = Settings(), threading.Event()
    beside = [listen, work_through] if settings.one_process else []
    threads = [threading.Thread(target=part, args=(settings, stop), name=part.__name__) for part in beside]
    for thread in threads:
        thread.start()
    serve(officials(settings), settings.host, settings.port)
    stop.set()
    for thread in threads:
        thread.join()


@cli.command("broker", help=_("The embedded broker, for trying out: MQTT 3.1.1, and it keeps nothing over a crash."))
def embedded_broker() -> None:
    from server.broker import serve as speak

    speak("127.0.0.1", Settings().mqtt_port)


@cli.command("public", help=_("The server of the public view."))
def public_process() -> None:
    from server.bare import serve

    settings = Settings()
    serve(public(settings), settings.public_host, settings.public_port)


@cli.command("import", help=_("Bring a city into the data folder: buildings, map, register; again only what changed."))
def import_command(city: CityFile = None, data: Data = None, database: Database = None) -> None:
    settings = chosen(locals())
    from data_access.engine import CannotOpen
    from data_access.importers.bring import bring
    from data_access.importers.found import ImportFault
    from data_access.writer import CityWriter

    settings.folder.mkdir(parents=True, exist_ok=True)
    mark, source = settings.folder / "imported", source_of(settings)
    try:
        with closing(CityWriter.open(settings.database_url)) as writer:
            if not (mark.exists() and mark.read_text() == source):
                found = holdings(settings)
                name = settings.city.name if settings.city else "town"
                became_of = bring([(name, found)], settings.folder, writer, show_progress)
                for line in [*found.tally.lines(), became(became_of)]:
                    say(f"  {line}")
                mark.write_text(source)
            if settings.city is None and settings.simulation:
                remember(settings, writer)
    except (CannotOpen, ImportFault) as fault:
        raise Refused(str(fault)) from None


def became(counts: "Counts") -> str:
    """What an import changed."""
    return _("{new} new, {changed} changed, {same} unchanged, {ended} ended").format(
        new=counts.new, changed=counts.changed, same=counts.same, ended=counts.ended
    )


def remember(settings: Settings, writer: "CityWriter") -> None:
    """Tell the simulated town's last day, as far as it is not known yet."""
    from data_access.store import CityStore
    from demo.history import history

    with closing(CityStore.open(settings.database_url)) as store:
        since = store.first_fact()
    history(writer, SEED, datetime.now(UTC), show_progress, since)


def source_of(settings: Settings) -> str:
    """What an import is made from, so that the same is never imported twice."""
    if settings.city is None:
        return f"town {SEED} {VERSION}"
    stat = settings.city.stat()
    return f"{settings.city.resolve()} {stat.st_size} {stat.st_mtime_ns} {VERSION}"


def holdings(settings: Settings) -> "Found":
    """What the chosen city holds: the simulated town, or a file."""
    if settings.city is not None:
        from data_access.importers import osm

        say(_("Importing {file}").format(file=settings.city.name))
        return osm.read(settings.city, show_progress)
    from data_access.importers.found import Found, Tally
    from demo.town import town

    say(_("Importing the simulated town"))
    built = town(SEED)
    return Found(built.city, built.buildings, built.features, built.abouts, Tally())


@cli.command(help=_("Read a city file and say what it holds, without keeping anything."))
def check(city: Annotated[Path, typer.Argument(help=_("A city: an .osm.pbf file."))]) -> None:
    from data_access.importers import osm
    from data_access.importers.found import ImportFault

    try:
        found = osm.read(city, show_progress)
    except ImportFault as fault:
        raise Refused(str(fault)) from None
    say(f"{found.city.name}, {found.city.time_zone}")
    for line in found.tally.lines():
        say(f"  {line}")


@cli.command("simulate", help=_("The simulated town's devices: they speak MQTT like any others."))
def simulate_command(broker: Broker = None, speed: Speed = None) -> None:
    settings, stop = chosen(locals()), stop_on_signals()
    from demo.simulate import simulate

    simulate(settings.broker_url, SEED, settings.speed, stop)


@cli.command("replay", help=_("Publish a recorded series over MQTT, with the times at which it was measured."))
def replay_command(
    file: Annotated[Path, typer.Argument(help=_("A recorded series: hourly PM2.5 of AirNow, .csv or .csv.gz."))],
    year: Annotated[int | None, typer.Option(help=_("Only this year."))] = None,
    shift: Annotated[bool, typer.Option("--shift", help=_("Move its times so that the last one is now."))] = False,
    speed: Annotated[float | None, typer.Option(help=_("Times faster than measured; all at once without."))] = None,
    broker: Broker = None,
    mqtt_port: MqttPort = None,
) -> None:
    from demo.recording import ReplayFault
    from demo.replay import replay

    settings = chosen({"broker": broker, "mqtt_port": mqtt_port})
    try:
        played = replay(
            file,
            settings.broker_url,
            year=year,
            shift=shift,
            speed=speed,
            progress=show_progress,
            stop=stop_on_signals(),
        )
    except ReplayFault as fault:
        raise Refused(str(fault)) from None
    for line in played.lines():
        say(line)


@user.command(help=_("An address that signs in once."))
def link(
    hours: Annotated[float, typer.Option(help=_("For how long it may be used."))] = 24,
    data: Data = None,
    city: CityFile = None,
    host: Host = None,
    port: Port = None,
) -> None:
    settings = chosen({"data": data, "city": city, "host": host, "port": port})
    say(f"http://{settings.host}:{settings.port}/sign-in?token={desk_of(settings).link(hours=hours)}")


@user.command(help=_("A token for scripts: Authorization: Bearer TOKEN."))
def token(
    label: Annotated[str, typer.Option(help=_("What it is for."))] = "", data: Data = None, city: CityFile = None
) -> None:
    say(desk_of(chosen({"data": data, "city": city})).token(label))


def desk_of(settings: Settings) -> "Desk":
    """The links and tokens of an installation that was started before.

    Raises:
        Refused: nothing was ever started there, so that a link would open nothing.
    """
    from data_access.desk import Desk

    path = settings.folder / "desk.db"
    if not path.exists():
        raise Refused(
            _("Nothing was started in {folder} yet. Name the folder or city of ./run with --data or --city.").format(
                folder=settings.folder
            )
        )
    return Desk(path)


if __name__ == "__main__":
    from server.logs import plain

    plain()
    cli()
