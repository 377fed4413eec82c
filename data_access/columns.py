"""The columns of an answer about devices, from the places of its rows in the register and among the states.

A place of -1: there is none, and the cell is what is not known.
"""

import numpy as np

from data_access.records import QUALITIES
from data_access.registers import Register
from data_access.schema import SUSPECT
from data_access.states import States
from data_access.table import Table

NEVER = np.iinfo(np.int64).min  # how numpy writes NaT
_QUALITY = np.array([*QUALITIES, None], dtype=object)


def told(register: Register, found: np.ndarray, **columns: np.ndarray) -> Table:
    """What the register says of these versions, and the columns that a question adds."""
    return Table(
        {
            "id": register.device_ids[register.device[found]],
            "name": register.name[found],
            "kind": register.kind[found],
            "lon": register.lon[found],
            "lat": register.lat[found],
            "interval_s": register.interval_s[found],
            **columns,
        }
    )


def floats(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.append(values, np.nan)[places]
    return told


def believed(states: States, places: np.ndarray) -> np.ndarray:
    """Numbers that stand without a word on their quality: NaN for what was found wrong."""
    return floats(np.where(states.quality <= SUSPECT, states.value, np.nan), places)


def times(moments: np.ndarray, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.append(moments, NEVER)[places]
    return told.view("datetime64[us]")


def qualities(states: States, places: np.ndarray) -> np.ndarray:
    told: np.ndarray = _QUALITY[np.append(states.quality, -1)[places]]
    return told


def revisions(declared: np.ndarray, states: States, *places: np.ndarray) -> np.ndarray:
    padded = np.append(states.revision, 0)
    told: np.ndarray = np.maximum.reduce([declared, *(padded[each] for each in places)])
    return told
