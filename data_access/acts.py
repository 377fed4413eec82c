"""What the desk itself writes: one writer of its process, made when it is first needed, and one change at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from data_access.engine import StoreUnavailable
from data_access.refusals import CannotDo
from data_access.writer import CityWriter


class Acts:
    """The desk's hand in the store. May be used from several threads; they take turns."""

    def __init__(self, opens: Callable[[], CityWriter]) -> None:
        """`opens` gives the writer; it is called at the first change, since most who look change nothing."""
        self._opens = opens
        self._turn = threading.Lock()
        self._writer: CityWriter | None = None

    @contextmanager
    def writing(self) -> Iterator[CityWriter]:
        """The writer, for as long as one change takes.

        Raises:
            CannotDo: nothing can be written now, or what was asked for cannot be done.
        """
        with self._turn:
            try:
                if self._writer is None:
                    self._writer = self._opens()
                yield self._writer
            except StoreUnavailable as fault:
                raise CannotDo(str(fault)) from fault

    def close(self) -> None:
        with self._turn:
            if self._writer is not None:
                self._writer.close()
            self._writer = None
