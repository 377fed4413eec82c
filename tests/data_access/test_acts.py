"""The desk's hand in the store: opened when it is first needed, one change at a time, and closed with the desk."""

import threading
from pathlib import Path

import pytest

from data_access.acts import Acts
from data_access.engine import StoreUnavailable
from data_access.refusals import CannotDo
from data_access.words import Text
from data_access.writer import CityWriter
from tests.small_city import url_of


def test_the_writer_is_opened_at_the_first_change_and_once(tmp_path: Path) -> None:
    opened: list[CityWriter] = []

    def opens() -> CityWriter:
        opened.append(CityWriter.open(url_of(tmp_path)))
        return opened[-1]

    acts = Acts(opens)
    assert opened == []
    with acts.writing() as first:
        pass
    with acts.writing() as second:
        assert first is second is opened[0]
    acts.close()
    with acts.writing() as third:  # after a close it opens anew
        assert third is not first
    acts.close()
    acts.close()


def test_two_changes_take_turns(tmp_path: Path) -> None:
    acts = Acts(lambda: CityWriter.open(url_of(tmp_path)))
    inside, most = [], []

    def change() -> None:
        with acts.writing():
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=change) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8
    acts.close()


def test_a_store_that_takes_nothing_is_said_in_a_sentence_and_the_next_may_try_again(tmp_path: Path) -> None:
    acts = Acts(lambda: CityWriter.open(url_of(tmp_path)))
    with pytest.raises(CannotDo, match="disk is full"), acts.writing():
        raise StoreUnavailable(Text("The disk is full."))
    with acts.writing() as writer:
        assert writer.quarantined() == []
    acts.close()
