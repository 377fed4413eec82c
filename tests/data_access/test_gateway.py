"""A gateway loses nothing: not when it is killed, not when the city's broker and listener die together."""

import itertools
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.admission import device_in, object_in
from data_access.gateway import Gateway
from data_access.spool import Key, Spool, SpoolError
from tests.conftest import HOUSE, Mosquitto
from tests.devices import SECOND, Sender, asked, listening, stored, until


def reading(number: int) -> dict[str, object]:
    return {"at": SECOND + number, "values": {"pm25_ug_m3": number / 10}}


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    kept = Spool(tmp_path / "spool.db")
    yield kept
    kept.close()


def test_each_device_counts_for_itself_and_goes_on_counting_after_a_restart(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool.db")
    keys = first.put([("a", reading(1)), ("b", reading(1)), ("a", reading(2))])
    assert [(key.device, key.seq) for key in keys] == [("a", 1), ("b", 1), ("a", 2)]
    first.close()
    again = Spool(tmp_path / "spool.db")
    (key,) = again.put([("a", reading(3))])
    assert key == Key("a", keys[0].boot, 3)
    assert len(again) == 4
    told = json.loads(again.waiting(0, 9)[-1][2])
    assert (told["boot"], told["seq"], told["values"]) == (key.boot, 3, {"pm25_ug_m3": 0.3})
    again.close()


def test_a_device_that_numbers_its_messages_keeps_its_numbers(spool: Spool) -> None:
    said = reading(1) | {"boot": "b7", "seq": 41}
    assert spool.put([("a", said), ("a", said)]) == [Key("a", "b7", 41)] * 2
    assert len(spool) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        {"boot": "b", "seq": 2**63},
        {"boot": "b", "seq": True},
        {"boot": "", "seq": 1},
        {"boot": " ", "seq": 1},
        {"boot": "a\nb", "seq": 1},
        {"boot": "e\u0301", "seq": 1},  # the city would confirm it in composed characters
    ],
)
def test_numbers_that_the_city_would_refuse_are_replaced(spool: Spool, numbers: dict[str, object]) -> None:
    (key,) = spool.put([("a", reading(1) | numbers)])
    assert key.seq == 1
    assert len(key.boot) == 8


@given(
    count=st.integers(1, 30), upto=st.integers(0, 30), also=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)))
)
def test_what_is_confirmed_goes_and_nothing_else(count: int, upto: int, also: list[tuple[int, int]]) -> None:
    kept = Spool(Path(":memory:"))
    boot = kept.put([("a", reading(number)) for number in range(count)] + [("b", reading(1))])[0].boot
    gone = {n for n in range(1, count + 1) if n <= upto or any(first <= n <= last for first, last in also)}
    assert kept.confirmed("a", boot, upto, also) == len(gone)
    assert [key.seq for _place, key, _body in kept.waiting(0, 99) if key.device == "a"] == [
        n for n in range(1, count + 1) if n not in gone
    ]
    assert len(kept) == count + 1 - len(gone)
    assert kept.confirmed("a", "another", 99) == 0
    kept.close()


def test_a_full_spool_gives_up_the_oldest_of_whoever_fills_it_and_tells_their_numbers(tmp_path: Path) -> None:
    kept = Spool(tmp_path / "small.db", most=4)
    kept.put([("quiet", reading(1))])
    kept.put([("loud", reading(number)) for number in range(1, 7)])
    waiting = [(key.device, key.seq) for _place, key, _body in kept.waiting(0, 9)]
    assert waiting == [("quiet", 1), ("loud", 4), ("loud", 5), ("loud", 6)]
    assert json.loads(kept.waiting(0, 9)[-1][2])["lost"] == [[1, 3]]
    boot = kept.waiting(0, 9)[-1][1].boot
    kept.confirmed("loud", boot, 4)
    assert "lost" not in json.loads(kept.waiting(0, 9)[-1][2])
    kept.close()


def test_what_is_no_spool_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"no database at all, however long one looks at it" * 40)
    with pytest.raises(SpoolError, match="--spool"):
        Spool(tmp_path / "song.mp3")


@pytest.mark.parametrize(
    ("line", "why"),
    [(b"[]", "JSON object"), (b'{"values": {}}', "when"), (b'{"at": 1}', "whose"), (b"nonsense", "JSON")],
)
def test_a_line_that_is_no_reading_says_why(line: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        device_in(object_in(line))


@contextmanager
def gateway(city: str, spool: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(HOUSE / "app.py"), "gateway", f"--broker={city}", f"--spool={spool}", *more]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.broker
def test_files_are_read_whole_and_what_is_no_reading_is_told(tmp_path: Path, mosquitto: Mosquitto) -> None:
    folder, city = tmp_path / "in", tmp_path / "city"
    folder.mkdir()
    city.mkdir()
    lines = [json.dumps({"device": "box-1", **reading(number)}) for number in range(1, 21)]
    (folder / "day.ndjson").write_text("\n".join([*lines, "no reading"]))
    with gateway(mosquitto.url, tmp_path / "spool.db", f"--files={folder}"), listening(mosquitto.url, city):
        until(lambda: len(stored(city)) == 20)
        until(lambda: (folder / "day.done").exists())
        until(lambda: waiting(tmp_path / "spool.db") == 0)
    assert (folder / "day.refused").read_text().startswith("21: ")


def forget(broker: Mosquitto) -> None:
    """Kill a broker and delete whatever it had written."""
    broker.kill()
    for path in broker.folder.glob("*.db*"):
        path.unlink()


def arrived(folder: Path) -> set[int]:
    """The numbers of the readings that are stored, by their values; a probe's is none."""
    return {round(row[0] * 10) for row in asked(folder, "SELECT value FROM reading WHERE value > 0")}


def senders(path: Path) -> set[str]:
    """The devices whose messages a spool has ever numbered."""
    with closing(sqlite3.connect(path)) as spool, suppress(sqlite3.OperationalError):  # it may just be made
        return {row[0] for row in spool.execute("SELECT device FROM sender")}
    return set()


def waiting(path: Path) -> int:
    """How many messages wait in a spool that a gateway has open."""
    with closing(sqlite3.connect(path)) as spool:
        return int(spool.execute("SELECT count(*) FROM message").fetchone()[0])


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "city").mkdir()
    return tmp_path / "city"


@pytest.mark.broker
@pytest.mark.slow
def test_nothing_is_lost_when_broker_and_listener_and_gateway_die(
    tmp_path: Path, mosquitto: Mosquitto, beside: Mosquitto, city: Path
) -> None:
    """Three times the city's broker forgets everything that it confirmed, and the gateway is killed with it."""
    numbers, sent, spool = itertools.count(1), 0, tmp_path / "spool.db"
    with Sender(beside.port) as device:

        def measure(times: int) -> int:
            for number in itertools.islice(numbers, times):
                device.measure("box-1", number, boot=None)
            device.confirmed()
            return times

        def taken() -> bool:
            """Whether the gateway is known to the broker beside it: before its first start nothing waits for it."""
            device.measure("probe", 1, boot=None, value=0.0)
            device.confirmed()
            return "probe" in senders(spool)

        for _death in range(3):
            before = sent
            with gateway(mosquitto.url, spool, f"--local={beside.url}"):
                until(taken)
                with listening(mosquitto.url, city):
                    sent += measure(100)
                    until(lambda before=before: len(arrived(city)) > before)  # type: ignore[misc]
                sent += measure(50)  # while the listener is gone
                time.sleep(0.5)
                forget(mosquitto)
                sent += measure(50)  # while the broker is gone, too; then the gateway is killed
            mosquitto.start()
        with gateway(mosquitto.url, spool, f"--local={beside.url}"), listening(mosquitto.url, city):
            until(lambda: len(arrived(city)) == sent, 60)
    assert arrived(city) == set(range(1, sent + 1))


@pytest.mark.broker
def test_without_a_gateway_a_broker_that_dies_loses_what_it_confirmed(mosquitto: Mosquitto, city: Path) -> None:
    """The control for the test above: the same death, and nobody who sends again."""
    with Sender(mosquitto.port) as device:
        with listening(mosquitto.url, city):
            device.measure("box-1", 1, boot=None)
            until(lambda: arrived(city) == {1})
        for number in range(2, 52):
            device.measure("box-1", number, boot=None)
        device.confirmed()
    forget(mosquitto)
    mosquitto.start()
    with listening(mosquitto.url, city):
        time.sleep(2)
        assert arrived(city) == {1}


def test_a_gateway_needs_somewhere_to_take_from() -> None:
    done = subprocess.run(
        [sys.executable, str(HOUSE / "app.py"), "gateway", "--broker=mqtt://127.0.0.1:1"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
    )
    assert done.returncode == 2
    assert "--local" in done.stderr


def test_an_address_that_is_none_is_refused(spool: Spool) -> None:
    with pytest.raises(ValueError, match="mqtt://"):
        Gateway("http://city", spool, "gateway", "mqtt://127.0.0.1:1")
