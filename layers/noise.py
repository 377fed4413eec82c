"""Noise in the streets: one scalloped disc per microphone, which keeps a level and never a word."""

from datetime import datetime, timedelta

from data_access.privacy import OneByOne
from data_access.queries import Latest
from data_access.words import N_, _
from layers.base import Need, Row
from layers.deck import steps
from layers.instrument import Instrument
from layers.scale import BATLOW, Scale

# QCVN 26:2010/BTNMT, dB(A): around hospitals and schools 45 by night (21-6 h) and 55 by day, elsewhere 55 and 70.
# QCVN 24:2016/BYT: 85 over eight hours at work.
SCALE = Scale(
    unit="dB",
    breaks=(45, 55, 70, 85),
    ramp=BATLOW,
    source=N_(
        "QCVN 26:2010/BTNMT, by night and day: 45 and 55 dB around hospitals and schools, 55 and 70 dB elsewhere; "
        "85 dB: QCVN 24:2016/BYT, eight hours at work"
    ),
    words=(
        N_("quiet: within the night limit for hospitals and schools"),
        N_("calm: within the night limit for housing"),
        N_("lively: within the day limit for housing"),
        N_("loud: above every limit for housing"),
        N_("harmful: over eight hours a danger to hearing"),
    ),
)
STREET = Instrument(key="noise", title=N_("Noise level"), scale=SCALE, digits=0, abnormal_from=85, shape="burst")
NIGHT_ENDS, NIGHT_BEGINS = 6, 21  # QCVN 26:2010/BTNMT


def attention(street: Instrument, row: Row, now: datetime) -> Need | None:
    """Noise that harms hearing is a matter at any hour; above the day's limit it is one by night."""
    if row.value is None or row.value < 70:
        return None
    if row.value >= 85:
        return Need(3, _("noise {value}: harmful to hearing").format(value=street.reading(row)))
    if NIGHT_ENDS <= now.hour < NIGHT_BEGINS:
        return None
    return Need(4, _("noise {value} by night, where even the day's limit is 70").format(value=street.reading(row)))


LAYER = STREET.layer(
    title=N_("Noise"),
    about=N_("The noise level in the streets: the newest value of every microphone. Nothing that is said is kept."),
    group=N_("Air and noise"),
    icon="volume-2",
    query=Latest("noise_db"),
    stale_after=timedelta(minutes=15),
    public=OneByOne(delay=timedelta(minutes=10)),
    sentence=N_("The streets of {city} are {meaning}"),
    metric="noise_db",
    shown=False,
    needs=attention,
    worst=lambda street: steps("value", (85,), (0, 3)),  # what is only worth knowing by night, no colour tells
)
