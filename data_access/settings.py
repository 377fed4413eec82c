"""What can be chosen about an installation: read once, by app.py, and handed down as plain values.

Each may also be given as an environment variable, `CITYGLASS_` and its name; that is how secrets (a password within
`broker` or `database`) reach the processes, since they never stand in a process list.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The choices of one installation; `data` None: var/<city> beside the program.

    `sources` is the folder of the files that a city's description names; None: the folder of the description.
    """

    model_config = SettingsConfigDict(env_prefix="CITYGLASS_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8050
    public_host: str = "127.0.0.1"
    public_port: Annotated[int, Field(ge=0, le=65535)] = 8051
    admin_port: Annotated[int, Field(ge=0, le=65535)] = 8052
    mqtt_port: Annotated[int, Field(ge=0, le=65535)] = 1883
    broker: str | None = None
    database: str | None = None
    data: Path | None = None
    city: Path | None = None
    sources: Path | None = None
    simulation: bool = True
    speed: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    one_process: bool = False

    @property
    def folder(self) -> Path:
        """Where this installation keeps what it knows."""
        return self.data or Path("var") / self.city_key

    @property
    def city_key(self) -> str:
        """A city file's first word of its name, in lower case; the simulated town without one."""
        return self.city.name.split(".")[0].lower() if self.city else "town"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.folder / 'city.db').resolve()}"

    @property
    def broker_url(self) -> str:
        return self.broker or f"mqtt://127.0.0.1:{self.mqtt_port}"

    def environment(self) -> dict[str, str]:
        """The same choices for a process that is started with them."""
        chosen = self.model_dump(exclude_none=True) | {
            "data": self.folder.resolve(),
            "database": self.database_url,
            "broker": self.broker_url,
        }
        return {f"CITYGLASS_{name.upper()}": str(value) for name, value in chosen.items()}
