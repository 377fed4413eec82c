import subprocess
import sys

from tests.conftest import HOUSE

FAULT = """
import structlog
{setting}
def connect(password):
    raise OSError("no answer")
try:
    connect("hunter2")
except OSError:
    structlog.get_logger().exception("database away")
"""


def written(setting: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FAULT.format(setting=setting)], capture_output=True, text=True, cwd=HOUSE, check=True
    )
    return done.stdout + done.stderr


def test_a_fault_is_told_whole_but_not_the_values_it_met() -> None:
    told = written("from server.logs import plain; plain()")
    assert "database away" in told
    assert "OSError: no answer" in told
    assert 'connect("hunter2")' not in told
    assert "password = 'hunter2'" not in told


def test_without_our_setting_it_would_tell_them() -> None:
    assert "hunter2" in written("")
