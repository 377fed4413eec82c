import numpy as np
from sqlalchemy import Connection

from data_access.states import States, sought


def states_at(connection: Connection, at: int, streams: np.ndarray) -> States:
    return sought(connection, at, streams.tolist())
