"""A broker behind TLS: listened to when its certificate is vouched for, and not otherwise."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Mosquitto, free_port, lacking, wait_for_port
from tests.devices import Sender, listening, stored, until

pytestmark = pytest.mark.broker


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Mosquitto, int]]:
    """A broker with a plain port, and one behind a certificate of its own making in cert.pem."""
    openssl = shutil.which("openssl")
    if openssl is None:
        lacking("openssl")
    assert openssl
    key, certificate, port = tmp_path / "key.pem", tmp_path / "cert.pem", free_port()
    made = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, "req", "-x509", *made, *named], check=True, capture_output=True)
    broker = Mosquitto(tmp_path, f"listener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n")
    broker.start()
    wait_for_port(port)
    yield broker, port
    broker.stop()


def test_what_comes_over_tls_is_stored_like_the_rest(
    secured: tuple[Mosquitto, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, port = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with listening(f"mqtts://localhost:{port}", tmp_path) as listener, Sender(broker.port) as sender:
        for number in range(1, 301):
            sender.measure("air-1", number)
        until(lambda: listener.counts()["acknowledged"] == 300)
    assert len(stored(tmp_path)) == 300


def test_a_certificate_that_nobody_vouches_for_is_not_listened_to(
    secured: tuple[Mosquitto, int], tmp_path: Path
) -> None:
    _, port = secured
    with listening(f"mqtts://localhost:{port}", tmp_path, wait=False) as listener:
        until(lambda: listener.fault)
        assert listener.counts()["connected"] == 0
        assert "certificate" in str(listener.fault)
