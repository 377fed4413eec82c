"""What can be chosen about an installation: read once, by app.py, and handed down as plain values.

Each may also be given as an environment variable, `CITYGLASS_` and its name; that is how secrets (a password within
`broker` or `database`) reach the processes, since they never stand in a process list.
"""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

TOWN = "town"  # the key of the simulated city


class Settings(BaseSettings):
    """The choices of one installation; `data` None: var/<city> beside the program.

    `sources` is the folder of the files that a city's description names; None: the folder of the description.
    `contact` and `licence` are what the public view tells of whom to ask and how its data may be used.
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
    contact: Annotated[str | None, Field(max_length=200)] = None
    licence: Annotated[str | None, Field(max_length=200)] = None

    @property
    def folder(self) -> Path:
        """Where this installation keeps what it knows."""
        return self.data or Path("var") / self.city_key

    @property
    def city_key(self) -> str:
        """The key that a description states, else the first word of a file's name; the simulated town without one."""
        if self.city is None:
            return TOWN
        stem = self.city.name.split(".")[0].lower()
        if self.city.suffix != ".toml":
            return stem
        try:
            told = tomllib.loads(self.city.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # whoever reads it to use it says what is wrong with it
            return stem
        key = TOWN if "simulated" in told else told.get("key", stem)
        return key if isinstance(key, str) and key.isascii() and key.replace("-", "").isalnum() else stem

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
