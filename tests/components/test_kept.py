"""What several ask for at once is made once."""

import gc
import threading
import weakref

import pytest

from components.kept import Kept


class Owner:
    """A store, as far as this matters."""


def test_many_who_come_at_once_wait_for_the_one_who_makes_it() -> None:
    kept: Kept[object] = Kept(most=2)
    owner, made, begun, go_on = Owner(), [], threading.Event(), threading.Event()

    def make() -> object:
        made.append(object())
        begun.set()
        assert go_on.wait(10)
        return made[0]

    got: list[object] = []
    people = [threading.Thread(target=lambda: got.append(kept.get(owner, "noon", make))) for _ in range(5)]
    people[0].start()
    assert begun.wait(10)
    for person in people[1:]:
        person.start()
    go_on.set()
    for person in people:
        person.join(10)
    assert len(made) == 1
    assert got == made * 5


def test_what_failed_is_tried_again() -> None:
    kept: Kept[int] = Kept(most=2)
    owner = Owner()
    with pytest.raises(ZeroDivisionError):
        kept.get(owner, 1, lambda: 1 // 0)
    assert kept.get(owner, 1, lambda: 7) == 7


def test_the_oldest_goes_first_and_each_owner_has_its_own() -> None:
    kept: Kept[int] = Kept(most=2)
    one, other = Owner(), Owner()
    for key in (1, 2, 1, 3):
        kept.get(one, key, lambda: 0)
    assert [kept.get(one, key, lambda: 9) for key in (1, 3)] == [0, 0]
    assert kept.get(one, 2, lambda: 9) == 9
    assert kept.get(other, 1, lambda: 5) == 5


def test_what_lasts_no_time_is_always_made_anew() -> None:
    kept: Kept[int] = Kept(most=2, lasting_s=0)
    owner = Owner()
    assert [kept.get(owner, 1, iter([told]).__next__) for told in (1, 2)] == [1, 2]


def test_nothing_is_kept_of_an_owner_that_is_gone() -> None:
    kept: Kept[Owner] = Kept(most=2)
    owner, thing = Owner(), Owner()
    seen = weakref.ref(thing)
    kept.get(owner, 1, [thing].pop)
    del owner, thing
    gc.collect()
    assert seen() is None
