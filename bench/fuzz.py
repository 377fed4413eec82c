"""Decoders under any bytes: `uv run --group fuzz python -m bench.fuzz --inputs 10000000`.

Guided by what of the decoders an input reaches (atheris on libFuzzer), beginning with the captured packets: each input
is decoded, and what is taken must be what the store may trust. Two processes share the inputs. It prints how many were
taken, refused and read by nobody, and ends with 1 at the first that crashed; its bytes are then in the folder it names.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.captured import captured

PROCESSES = 2
LONGEST = 4_096  # bytes of an input
FREE = 0xFF  # an input that begins with it names its topic itself


def topics() -> list[str]:
    """The topics of the captured packets: what an input begins with chooses among them."""
    return sorted({packet.topic for packet in captured()})


def seeds(folder: Path) -> None:
    known = topics()
    for n, packet in enumerate(captured()):
        if len(packet.payload) < LONGEST:
            (folder / f"{n}").write_bytes(bytes([known.index(packet.topic)]) + packet.payload)
            (folder / f"{n}-free").write_bytes(bytes([FREE]) + packet.topic.encode() + b"\n" + packet.payload)


def one(folder: Path, inputs: int, seed: int) -> None:
    """What one process does; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["data_access.decoders"]):
        from data_access.decoders import decoder_for
    from tests.sound import outcome, sound

    known, counts = topics(), Counter[str]()

    def taken(topic: str, payload: bytes) -> str:
        decoder = decoder_for(topic)
        if decoder is None:
            return "nobody's"
        told = outcome(decoder, topic, payload)
        if isinstance(told, str):
            return "refused"
        assert sound(told)
        return "taken"

    def tried(data: bytes) -> None:
        topic, payload = known[data[0] % len(known)] if data else "", data[1:]
        if data[:1] == bytes([FREE]):
            named, _, payload = payload.partition(b"\n")
            topic = named.decode(errors="replace")  # a topic that is no text never reaches a decoder
        counts[taken(topic, payload)] += 1
        if counts.total() in (inputs, inputs // 2):
            (folder / f"{seed}.json").write_text(json.dumps(counts))

    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}", "-verbosity=0", "-print_final_stats=1"]
    crashes = folder / f"{seed}-crash-"
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={crashes}", str(folder / "found")], tried)
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000_000, help="in all (10,000,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.within:
        one(asked.within, asked.inputs, asked.seed)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    (folder / "found").mkdir()
    seeds(folder / "found")
    began = time.monotonic()
    each = asked.inputs // PROCESSES
    command = [sys.executable, "-m", "bench.fuzz", "--within", str(folder), "--inputs", str(each), "--seed"]
    running = []
    for seed in range(asked.seed, asked.seed + PROCESSES):
        with (folder / f"{seed}.log").open("wb") as log:
            running.append(subprocess.Popen([*command, str(seed)], stdout=log, stderr=log))
    ended = [process.wait() for process in running]
    counts = sum((Counter(json.loads(told.read_text())) for told in sorted(folder.glob("*.json"))), Counter[str]())
    found = len(list((folder / "found").iterdir()))
    took = time.monotonic() - began
    print(f"{counts.total():,} inputs in {took:.0f} s: {dict(counts)}, {found} ways through the decoders")
    if any(ended) or counts.total() < each * PROCESSES:
        print(f"crashed, or ended too early: see {folder}")
        return 1
    shutil.rmtree(folder)
    print("0 crashes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
