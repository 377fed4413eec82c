"""What several panels ask for at once is made once: they come in the same moment, each in a thread of its own."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class Kept(Generic[T]):
    """The last few things that were made for an owner (a store), by their key; gone with the owner.

    `most`: how many for each owner. `lasting_s`: after how many seconds a thing is made anew; None: never.
    """

    def __init__(self, most: int, lasting_s: float | None = None) -> None:
        self._most, self._lasting_s = most, lasting_s
        self._of: WeakKeyDictionary[Any, OrderedDict[Hashable, tuple[float, Future[T]]]] = WeakKeyDictionary()
        self._turn = Lock()

    def get(self, owner: Any, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key; whoever comes while it is made waits for it.

        Raises:
            Exception: whatever `make` raised, to all who waited; the next who comes tries again.
        """
        promised: Future[T] = Future()
        with self._turn:
            there = self._of.setdefault(owner, OrderedDict())
            made_at, found = there.get(key, (0.0, None))
            if found is not None and (self._lasting_s is None or time.monotonic() - made_at < self._lasting_s):
                there.move_to_end(key)
            else:
                found = None
                there[key] = (time.monotonic(), promised)
                there.move_to_end(key)
                while len(there) > self._most:
                    there.popitem(last=False)
        if found is not None:
            return found.result()
        try:
            promised.set_result(make())
        except BaseException as fault:
            promised.set_exception(fault)
            with self._turn:
                if there.get(key, (0.0, None))[1] is promised:
                    del there[key]
        return promised.result()
