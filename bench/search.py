"""How long a search takes in a city of Leipzig's size, beside the LIKE '%…%' that one would write first.

    python -m bench.search [--places 20_000] [--addresses 60_000] [--buildings 3_000] [--times 400]

Names are made up from syllables of two languages. What is typed are beginnings of them, as letter by letter in a search
field, whole names without marks, two words the other way round, and streets with a number. The scan is generous: it
looks through the same folded names, and finds neither another order of words nor a context.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data_access.folding import fold
from data_access.queries import Search
from data_access.records import About, Building, District, Place
from data_access.store import CityStore
from data_access.writer import CityWriter

# A street's name is one or two of these, and what it is.
ONSETS, RHYMES = (
    ("b", "d", "g", "h", "k", "l", "m", "n", "r", "s", "t", "th", "tr", "w"),
    ("a", "ắ", "e", "ế", "i", "ö", "ú"),
)
CODAS = ("ch", "ng", "n", "t", "rk", "ld", "")
SYLLABLES = [onset + rhyme + coda for onset in ONSETS for rhyme in RHYMES for coda in CODAS]
ENDS = ("straße", "weg", "platz", "allee", "gasse", "ring", "ufer")
KINDS = ("stop", "school", "hospital", "park", "cafe", "restaurant", "shop", "place_of_worship", "museum")
QUARTERS = [f"{syllable.capitalize()}{end}" for syllable in SYLLABLES[::40] for end in ("au", "witz", "hausen", "dorf")]
SCAN = (
    "SELECT register, thing FROM called WHERE folded LIKE ? AND valid_to IS NULL "
    "ORDER BY folded <> ?, weight, folded LIMIT 12"
)


def street(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return "".join(chance.sample(SYLLABLES, 2)).capitalize() + chance.choice(ENDS)
    return "Phố " + " ".join(syllable.capitalize() for syllable in chance.sample(SYLLABLES, 2))


def fill(writer: CityWriter, chosen: argparse.Namespace, chance: random.Random) -> list[str]:
    """A city of so many names; those of its places."""
    names = [street(chance) for _ in range(chosen.places // 4)]
    names += [f"{chance.choice(KINDS)} {street(chance)}" for _ in range(chosen.places - len(names))]

    def place(n: int, name: str, kind: str) -> Place:
        return Place(f"{kind}/{n}", kind, name, 12.3, 51.3, None, chance.choice(QUARTERS))

    streets = chosen.places // 4
    told = [place(n, name, "street" if n < streets else chance.choice(KINDS)) for n, name in enumerate(names)]
    told += [place(n, f"{names[n % streets]} {1 + n // streets}", "address") for n in range(chosen.addresses)]
    outline = shapely.to_wkb(shapely.box(12.3, 51.3, 12.31, 51.31))
    writer.name(told, "bench")
    houses = (Building(f"b/{n}", outline, None, "unknown", name=street(chance)) for n in range(chosen.buildings))
    writer.build(houses, "bench")
    writer.divide((District(f"d/{n}", name, outline) for n, name in enumerate(QUARTERS)), "bench")
    writer.declare((About(f"air-{n:04}", street(chance), "sensor", 12.3, 51.3) for n in range(600)), "bench")
    return names


def typed(names: list[str], times: int, chance: random.Random) -> dict[str, list[str]]:
    some = [chance.choice(names) for _ in range(times)]
    return {
        "letter by letter": [fold(name)[: 1 + n % 12] for n, name in enumerate(some)],
        "one letter": [fold(name)[0] for name in some],
        "whole, without marks": [fold(name) for name in some],
        "the other way round": [" ".join(reversed(fold(name).split())) for name in some],
        "street and number": [f"{fold(chance.choice(names[: len(names) // 4]))} {n % 12 + 1}" for n in range(times)],
        "a word in the middle": [fold(name).split()[-1] for name in some],
        "called by nothing": [fold(name)[::-1] for name in some],
    }


def timed(ask: Callable[[str], Any], texts: list[str]) -> tuple[float, float]:
    found = []
    for text in texts:
        begun = time.perf_counter()
        ask(text)
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found), float(np.percentile(found, 95))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--places", type=int, default=20_000)
    options.add_argument("--addresses", type=int, default=60_000)
    options.add_argument("--buildings", type=int, default=3_000)
    options.add_argument("--times", type=int, default=400)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        url = f"sqlite:///{Path(temporary) / 'city.db'}"
        chance = random.Random(7)
        writer = CityWriter.open(url)
        begun = time.perf_counter()
        names = fill(writer, chosen, chance)
        size = (Path(temporary) / "city.db").stat().st_size / 1e6
        print(
            f"{len(names) + chosen.addresses:,} places registered in {time.perf_counter() - begun:.1f} s, {size:.0f} MB"
        )
        store = CityStore.open(url)

        def scan(text: str) -> Any:
            with store._reading() as connection:
                return connection.exec_driver_sql(SCAN, (f"%{text}%", text)).fetchall()

        store.answer(Search("a"))
        print(f"{'':<24}{'search':>20}{'LIKE':>20}   (ms: median / 95th)")
        for name, texts in typed(names, chosen.times, chance).items():
            ours, theirs = timed(lambda text: store.answer(Search(text)), texts), timed(scan, texts[:60])
            ratio = theirs[0] / ours[0]
            print(
                f"{name:<24}{ours[0]:>11.1f} / {ours[1]:6.1f}{theirs[0]:>11.1f} / {theirs[1]:6.1f}   {ratio:.0f} times"
            )
        store.close()
        writer.close()


if __name__ == "__main__":
    main()
