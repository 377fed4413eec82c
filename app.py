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
from server import users
from server.console import (
    AdminPort,
    Broker,
    CityFile,
    Contact,
    Data,
    Database,
    Host,
    Licence,
    MqttPort,
    OneProcess,
    Port,
    PublicHost,
    PublicPort,
    Refused,
    Simulation,
    Sources,
    Speed,
    chosen,
    say,
    show_progress,
    stop_on_signals,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from data_access.declarations import Counts
    from data_access.description import Description, Simulated
    from data_access.importers.found import Found
    from data_access.public_store import PublicStore
    from data_access.store import CityStore
    from data_access.writer import CityWriter

VERSION = "0.1.0"
HOUSE = Path(__file__).resolve().parent
SPOOL = Path("var/gateway.db")
ASSETS, SIMULATED = HOUSE / "assets", HOUSE / "cities" / "simulated.toml"

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
cli.add_typer(users.user, name="user")


# --- the three views ------------------------------------------------------------------------------------------------


def officials(settings: Settings) -> "ASGIApp":
    """The desk and the wall: all layers over the whole store, behind the guard."""
    from components.page import dash_app
    from components.view import View
    from data_access.acts import Acts
    from data_access.desk import Desk
    from data_access.pulse import Pulse
    from data_access.store import CityStore
    from data_access.writer import CityWriter
    from layers import LAYERS
    from layers.local import Local
    from live.frames import snapshot, window
    from live.hub import Hub
    from server import api, asking, door, numbers, problems, sessions, tiles
    from server.bare import bare_server, hosts
    from server.faring import fares, lag_s

    store = CityStore.open(settings.database_url)
    layers = Local(LAYERS, store.city)
    hub = Hub(store, layers, lag=lambda: lag_s(settings.folder))
    health = partial(fares, store, settings.folder)
    room = Desk(settings.folder / "desk.db")
    keys = sessions.Sessions(room)
    acts = Acts(lambda: CityWriter.open(settings.database_url))

    async def end() -> None:
        await hub.close()
        acts.close()

    server = bare_server(at_end=end, each_second=lambda: numbers.CLIENTS.set(hub.clients))
    problems.watch(server)
    server.include_router(sessions.routes(keys))
    server.include_router(
        api.routes(store, layers, snapshot, version=VERSION, health=health, finds=True, window=window)
    )
    server.include_router(tiles.routes(settings.folder / "tiles"))
    server.add_api_websocket_route("/live", hub.socket)
    pulse = partial(Pulse.last, settings.folder)
    desk = View(
        "desk",
        N_("Desk"),
        layers,
        store,
        pulse=pulse,
        acts=acts,
        who=asking.who,
        session=asking.session,
        memory=room.memory,
    )
    wall = View("wall", N_("Wall"), layers, store, pulse=pulse)
    page = dash_app(server, desk, wall, ASSETS)
    return door.ops(
        server, keys, settings.port, hosts=hosts(settings.host), hashes=page.csp_hashes, language=tongue(store)
    )


def public(settings: Settings) -> "ASGIApp":
    """The public view: what was published, over its own snapshot, with no way to anything else."""
    from components.public import Host as Publisher
    from components.public import public_app
    from components.view import View
    from data_access.public_store import PublicStore
    from layers import PUBLIC
    from layers.local import Local
    from live.frames import snapshot
    from server import api, door, problems, tiles
    from server.bare import bare_server, hosts

    store = PublicStore(settings.folder / "public")
    layers = Local(PUBLIC, store.city)
    server = bare_server()
    problems.watch(server)
    server.include_router(api.routes(store, layers, snapshot, version=VERSION))
    server.include_router(tiles.routes(settings.folder / "tiles", kept="public"))
    view = View("public", N_("Public view"), layers, store, live=None)
    page = public_app(server, view, ASSETS, Publisher(settings.contact, settings.licence))
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
    sources: Sources = None,
    simulation: Simulation = None,
    speed: Speed = None,
    one_process: OneProcess = None,
    contact: Contact = None,
    licence: Licence = None,
) -> None:
    settings = chosen(locals())
    from server.launch import CannotStartError, launch

    try:
        launch(settings, Path(__file__).resolve(), say, stop_on_signals(), speaks(settings))
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
def import_command(
    city: CityFile = None, sources: Sources = None, data: Data = None, database: Database = None
) -> None:
    settings = chosen(locals())
    from data_access.engine import CannotOpen, StoreUnavailable
    from data_access.importers import chosen as cities
    from data_access.importers.bring import bring
    from data_access.importers.found import ImportFault
    from data_access.writer import CityWriter

    file = settings.city or SIMULATED
    settings.folder.mkdir(parents=True, exist_ok=True)
    done = settings.folder / "imported"
    try:
        described = cities.read(file, settings.sources)
        mark = f"{VERSION} {cities.mark(file, described, settings.sources)}"
        with closing(CityWriter.open(settings.database_url)) as writer:
            if not (done.exists() and done.read_text() == mark):
                holdings = gathered(file, described, settings)
                counts = bring(holdings, settings.folder, writer, show_progress)
                account(holdings)
                say(f"  {became(counts)}")
                done.write_text(mark)
            if described and described.simulated and settings.simulation:
                remember(settings, writer, described.simulated)
        first_snapshot(settings)
    except (CannotOpen, ImportFault, StoreUnavailable) as fault:
        raise Refused(str(fault)) from None


def gathered(file: Path, described: "Description | None", settings: Settings) -> "list[tuple[str, Found]]":
    """What the chosen city holds, by source: the simulated one grows here, others are read from their files."""
    if described is None or described.simulated is None:
        from data_access.importers import chosen as cities

        say(_("Importing {file}").format(file=file.name))
        return cities.gather(file, described, settings.sources, show_progress)
    from data_access.importers.found import Found, Tally
    from demo.town import town

    say(_("Importing the simulated city"))
    made = town(described.simulated.seed)
    everything = (made.city, made.buildings, made.features, made.abouts, Tally(), made.districts, made.places)
    return [("simulated", Found(*everything))]


def account(holdings: "list[tuple[str, Found]]") -> None:
    """Say what each source held, what was kept, and what was refused for which reason."""
    for source, found in holdings:
        lines = found.tally.lines()
        if lines and len(holdings) > 1:
            say(f"  {source}")
        for line in lines:
            say(f"    {line}" if len(holdings) > 1 else f"  {line}")


def became(counts: "Counts") -> str:
    """What an import changed."""
    return _("{new} new, {changed} changed, {same} unchanged, {ended} ended").format(
        new=counts.new, changed=counts.changed, same=counts.same, ended=counts.ended
    )


def remember(settings: Settings, writer: "CityWriter", simulated: "Simulated") -> None:
    """Tell the simulated city's last days, as far as they are not known yet."""
    from data_access.store import CityStore
    from demo.history import history, known

    with closing(CityStore.open(settings.database_url)) as store:
        before = known(store, simulated.seed)
    history(writer, simulated.seed, datetime.now(UTC), show_progress, before, simulated.days)


def first_snapshot(settings: Settings) -> None:
    """Publish once before anyone looks, so that the public view opens with something to show and knows its city."""
    from data_access.public_store import PublicStore
    from data_access.publisher import publish
    from data_access.store import CityStore
    from server.processes import rules

    folder = settings.folder / "public"
    with closing(PublicStore(folder)) as published:
        if published.city() is not None:
            return
    with closing(CityStore.open(settings.database_url)) as store:
        publish(store, rules(), folder)


@cli.command(help=_("Read a city's description or file and say what it holds, without keeping anything."))
def check(
    city: Annotated[Path, typer.Argument(help=_("A city: its description (.toml), or an .osm.pbf file."))],
    sources: Sources = None,
) -> None:
    from data_access.importers import chosen as cities
    from data_access.importers.found import ImportFault

    settings = chosen({"city": city, "sources": sources})
    try:
        described = cities.read(city, settings.sources)
        holdings = gathered(city, described, settings)
    except ImportFault as fault:
        raise Refused(str(fault)) from None
    place = holdings[0][1].city
    say(f"{place.name}, {place.time_zone}")
    account(holdings)


@cli.command("simulate", help=_("The simulated city's devices: they speak MQTT like any others."))
def simulate_command(
    city: CityFile = None,
    broker: Broker = None,
    mqtt_port: MqttPort = None,
    speed: Speed = None,
    storm: Annotated[
        bool, typer.Option("--storm", help=_("Let a storm begin now, in the running simulation too."))
    ] = False,
) -> None:
    settings = chosen({"city": city, "broker": broker, "mqtt_port": mqtt_port, "speed": speed})
    stop = stop_on_signals()
    from demo.simulate import simulate

    made = simulated_in(settings)
    if made is None:
        raise Refused(_("{file} describes no simulated city.").format(file=settings.city))
    if not simulate(settings.broker_url, made.seed, settings.speed, stop, storm=storm):
        say(_("A storm begins in the simulation that is running."))


def simulated_in(settings: Settings) -> "Simulated | None":
    """What the chosen city says of its simulation; None where it is a real one.

    Raises:
        Refused: the description cannot be used.
    """
    from data_access.importers import chosen as cities
    from data_access.importers.found import ImportFault

    try:
        described = cities.read(settings.city or SIMULATED, settings.sources)
    except ImportFault as fault:
        raise Refused(str(fault)) from None
    return described.simulated if described else None


def speaks(settings: Settings) -> bool:
    """Whether devices that are made up shall speak."""
    return settings.simulation and simulated_in(settings) is not None


@cli.command("replay", help=_("Publish a recorded series over MQTT, with the times at which it was measured."))
def replay_command(
    file: Annotated[
        Path,
        typer.Argument(help=_("A recorded series: AirNow's hours, Aarhus' garages, NGSI-LD entities; plain or .gz.")),
    ],
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


@cli.command("gateway", help=_("Take readings from devices nearby, keep them, and send them until the city has them."))
def gateway_command(
    broker: Annotated[str, typer.Option(help=_("The city's broker, mqtt://host:port."))],
    local: Annotated[str | None, typer.Option(help=_("The broker beside it to which its devices speak."))] = None,
    files: Annotated[
        Path | None, typer.Option(help=_("The folder in which its devices leave files (.ndjson)."))
    ] = None,
    spool: Annotated[Path, typer.Option(help=_("Where messages wait until the city has them."))] = SPOOL,
    name: Annotated[
        str | None, typer.Option(help=_("The gateway's own name at both brokers; else one that its spool keeps."))
    ] = None,
) -> None:
    from data_access.gateway import Gateway
    from data_access.spool import Spool, SpoolError

    if not local and not files:
        raise Refused(_("Say where the readings come from: --local mqtt://host:port, or --files FOLDER, or both."))
    if files and not files.is_dir():
        raise Refused(_("There is no folder {folder}. Make it, or name another with --files.").format(folder=files))
    try:
        kept = Spool(spool)
        gateway = Gateway(broker, kept, name, local, files)
    except (SpoolError, ValueError) as fault:
        raise Refused(str(fault)) from None
    say(_("{n} messages wait in {spool}.").format(n=len(kept), spool=spool))
    gateway.run(stop_on_signals())
    kept.close()


if __name__ == "__main__":
    from server.logs import plain

    plain()
    cli()
