"""What waits in quarantine waits for a month, and no longer."""

from datetime import timedelta
from pathlib import Path

from data_access import quarantine
from data_access.writer import CityWriter, Message
from tests.small_city import NOON, url_of


def refused(payload: bytes, after: timedelta) -> Message:
    return Message("cityglass/box-1/readings", payload, NOON + after, fault="not a finite number")


def test_a_message_leaves_a_month_after_it_was_last_heard_of(tmp_path: Path) -> None:
    now = [NOON]
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: now[0])
    writer.commit([refused(b"once", timedelta(0)), refused(b"again and again", timedelta(0))])
    now[0] = NOON + timedelta(days=20)
    writer.commit([refused(b"again and again", timedelta(days=20))])
    now[0] = NOON + quarantine.KEPT
    assert writer.clear_quarantine() == 0
    now[0] += timedelta(seconds=1)
    assert writer.clear_quarantine() == 1
    assert [kept["raw"] for kept in writer.quarantined()] == [b"again and again"]
    assert writer.clear_quarantine() == 0  # and nothing is written for it
    writer.close()
