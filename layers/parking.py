"""Parking: one sign per site, coloured by how full it is; where nobody counts, it stays without colour."""

from datetime import datetime, timedelta

from data_access.privacy import Counted
from data_access.queries import Parking
from data_access.words import N_, _
from layers.base import Column, Fact, Layer, Mark, Need, Row
from layers.deck import CLEAR, GREY, Part, by_status, icons, only, steps
from layers.instrument import connection
from layers.phrases import QUALITY, known, number, share
from layers.scale import BATLOW, Scale

# D. Shoup, The High Cost of Free Parking (2005): at 85 % a newcomer still finds a space. The other steps are ours.
SCALE = Scale(
    unit="%",
    breaks=(50, 70, 85, 95),
    ramp=BATLOW,
    source=N_("85 %: D. Shoup, The High Cost of Free Parking, 2005; the other steps are even ones of our own"),
    words=(
        N_("plenty of room"),
        N_("room"),
        N_("filling up"),
        N_("nearly full: hardly a free space"),
        N_("full"),
    ),
)


def draw() -> tuple[Part, ...]:
    """A sign coloured by the share taken while that can be trusted, else a grey sign of why not."""
    full = SCALE.by("occupied_spaces", over="total_spaces", times=100)
    trusted = only("fresh", "late", size=22)
    silent = by_status(fresh="dotted", stale="hatch", dead="bar", unknown="dotted")
    unknown = {**full, "breaks": [], "colours": [CLEAR], "missing": GREY}
    covering = only("fresh", "late", size=28)  # a row without a number also has the dotted sign, which this hides
    few = {"column": "band", "values": {"few_taken": SCALE.ramp[0], "few_free": SCALE.ramp[3]}, "other": CLEAR}
    return (
        icons(
            "parking-edge",
            "parking",
            {**full, "breaks": [], "colours": [GREY]},
            only("fresh", size=25),
            pick=False,
            shrink=True,
        ),
        icons("parking-share", by_status(fresh="parking", late="ring"), full, trusted, shrink=True),
        icons("parking-uncounted", "dotted", unknown, trusted, shrink=True),
        icons(
            "parking-few", "parking", few, covering, shrink=True
        ),  # published rows only: so few that no number is told
        icons("parking-silent", silent, GREY, only("stale", "dead", "unknown", size=22), shrink=True),
    )


def taken(row: Row) -> tuple[float, float] | None:
    """From how many to how many spaces are taken; None where that is not known.

    One number in the city itself. What is published has full steps of spaces, or says that few are taken or free.
    """
    occupied, total = known(row, "occupied_spaces"), known(row, "total_spaces")
    step, band = known(row, "step") or 1, known(row, "band")
    if band == "few_taken":
        return 0, step - 1
    if band == "few_free" and total is not None:
        return total - step + 1, total
    if occupied is None:
        return None
    most = occupied + step - 1
    return occupied, most if total is None or step == 1 else max(occupied, min(most, total - step))


def free(row: Row) -> str:
    """Free spaces of all, as far as they are known; unknown is not zero."""
    total, between = known(row, "total_spaces"), taken(row)
    if known(row, "band") == "small":
        return _("not told for so small a car park")
    if total is None:
        return _("not known: nobody said how many spaces there are")
    of = number(total)
    if between is None:
        return _("unknown of {total}").format(total=of)
    least, most = (number(max(0, total - taken)) for taken in reversed(between))
    if least == most:
        return _("{free} of {total}").format(free=least, total=of)
    return _("{least} to {most} of {total}").format(least=least, most=most, total=of)


def percent(row: Row) -> tuple[float, float] | None:
    """The share taken, from least to most, in per cent; None unless both numbers are known. Full is full: 100."""
    total, between = known(row, "total_spaces"), taken(row)
    return (min(100.0, 100 * between[0] / total), min(100.0, 100 * between[1] / total)) if between and total else None


def overfull(row: Row) -> str | None:
    """That more cars were counted than there are spaces, where it is so: one of the two numbers is wrong."""
    occupied, total = known(row, "occupied_spaces"), known(row, "total_spaces")
    if occupied is None or total is None or occupied <= total:
        return None
    told = _("full: {cars} cars counted for {spaces} spaces, so one of the two numbers is doubtful")
    return told.format(cars=number(occupied), spaces=number(total))


def meaning(row: Row) -> str:
    between = percent(row)
    if between is None:
        return "–"
    if told := overfull(row):
        return told
    least, most = share(between[0] / 100), share(between[1] / 100)
    told = least if least == most else _("{least} to {most}").format(least=least, most=most)
    return _("{share} taken: {word}").format(share=told, word=SCALE.word(sum(between) / 2))


def detail(row: Row, now: datetime) -> list[Fact]:
    facts = [Fact(_("Free spaces"), free(row)), Fact(_("Taken"), meaning(row))]
    if known(row, "quality") in QUALITY and known(row, "observed_at") is not None:
        facts.append(Fact(_("Quality"), str(QUALITY[row.quality])))
    return facts + connection(row)


def attention(row: Row, now: datetime) -> Need | None:
    full = percent(row)
    if full is None or full[0] < 95:
        return None
    return Need(4, overfull(row) or _("parking full: {free} free").format(free=free(row)))


LAYER = Layer(
    key="parking",
    title=N_("Parking"),
    about=N_("Car parks: how many spaces are free, where somebody counts them."),
    group=N_("Traffic"),
    icon="square-parking",
    query=Parking(),
    draw=draw,
    detail=detail,
    columns=(
        Column(N_("Name"), lambda row, now: row.name or row.id),
        Column(N_("Free spaces"), lambda row, now: free(row)),
        Column(N_("Taken"), lambda row, now: meaning(row)),
    ),
    stale_after=timedelta(minutes=15),
    public=Counted(k=10, bucket=timedelta(minutes=15), delay=timedelta(minutes=15)),
    scale=SCALE,
    metric="occupied_spaces",
    legend=(
        Mark("parking", SCALE.ramp[4], N_("also where more cars are counted than there are spaces: it says so")),
        Mark("ring", GREY, N_("late: outline only")),
        Mark("hatch", GREY, N_("stale: its last value is too old to trust")),
        Mark("bar", GREY, N_("silent for long")),
        Mark("dotted", GREY, N_("unknown: nobody counts here at present")),
    ),
    attention=attention,
    gathers=True,
    worst=steps("occupied_spaces", (95,), (0, 4), over="total_spaces", times=100),
)
