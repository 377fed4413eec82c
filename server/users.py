"""Who may see the desk: links to sign in with, and tokens for scripts, made on the command line."""

from typing import Annotated

import typer

from data_access.desk import Desk
from data_access.settings import Settings
from data_access.words import _
from server.console import CityFile, Data, Host, Port, Refused, chosen, say

user = typer.Typer(no_args_is_help=True, help=_("Who may see the desk: links to sign in, tokens for scripts."))


@user.command(help=_("An address that signs in once."))
def link(
    hours: Annotated[float, typer.Option(help=_("For how long it may be used."))] = 24,
    label: Annotated[str, typer.Option(help=_("Who it is for: the name stands beside what that person does."))] = "",
    data: Data = None,
    city: CityFile = None,
    host: Host = None,
    port: Port = None,
) -> None:
    settings = chosen({"data": data, "city": city, "host": host, "port": port})
    say(f"http://{settings.host}:{settings.port}/sign-in?token={desk_of(settings).link(hours, label)}")


@user.command(help=_("A token for scripts: Authorization: Bearer TOKEN."))
def token(
    label: Annotated[str, typer.Option(help=_("What it is for."))] = "", data: Data = None, city: CityFile = None
) -> None:
    say(desk_of(chosen({"data": data, "city": city})).token(label))


def desk_of(settings: Settings) -> Desk:
    """The links and tokens of an installation that was started before.

    Raises:
        Refused: nothing was ever started there, so that a link would open nothing.
    """
    path = settings.folder / "desk.db"
    if not path.exists():
        raise Refused(
            _("Nothing was started in {folder} yet. Name the folder or city of ./run with --data or --city.").format(
                folder=settings.folder
            )
        )
    return Desk(path)
