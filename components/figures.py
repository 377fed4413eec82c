"""The few numbers that stand for the city: large on the wall, small in the desk's top strip."""

from components.ages import has_age, speaking
from components.extent import Ground, within
from components.measures import BY_QUESTION, INFORMATION, Figure, Material, answering, promised
from components.picture import Picture
from components.usual import DaysBefore
from components.view import View
from data_access.queries import Latest
from data_access.words import _, ngettext
from layers.base import Layer
from layers.phrases import number

MOST = 7  # more figures than this nobody takes in at a glance
# What a city is first asked about; then its other layers, those that are on before those that are not.
FIRST = ("incidents", "pm25", "noise", "traffic", "parking", "water-level")


def figures(view: View, taken: Picture, seen: Ground | None = None, before: DaysBefore | None = None) -> list[Figure]:
    """The figures of this view, at most seven, always in the same order; of the ground that is seen, or all of it.

    A quantity that nothing in the city measures has no figure; one that nothing in sight measures has a dash.
    `before`: the days before, where they are not to be asked for.
    """
    chosen = [layer for layer in _by_rank(view) if len(taken.answers[layer.key]) or not isinstance(layer.query, Latest)]
    aged = [layer for layer in view.layers if has_age(taken.answers[layer.key])]
    has_devices = any(len(promised(taken.answers[layer.key])) for layer in aged)
    here = taken if seen is None else within(taken, seen)
    before = before or DaysBefore(view, taken.now)
    told = [
        BY_QUESTION[type(layer.query)](Material(layer, here.answers[layer.key], here, before, seen))
        for layer in chosen[: MOST - has_devices]
    ]
    return [*told, answering(aged, here, before)] if has_devices else told


def _by_rank(view: View) -> list[Layer]:
    able = [layer for layer in reversed(view.layers) if type(layer.query) in BY_QUESTION]
    rank = {key: place for place, key in enumerate(FIRST)}
    return sorted(able, key=lambda layer: (rank.get(layer.key, len(FIRST)), not layer.shown))


def state_of_the_city(view: View, taken: Picture) -> str:
    """One sentence that says how the city stands; what needs a person goes first."""
    needs = [item for item in taken.needs if item.severity < INFORMATION]
    if not any(len(table) for table in taken.answers.values()):
        return _("Nothing is known of {city} yet: no device has been declared and no map was imported.").format(
            city=view.place()
        )
    promised = [layer for layer in view.layers if has_age(taken.answers[layer.key])]
    if promised and not any(speaking(taken.answers[layer.key], layer, taken.now).any() for layer in promised):
        return _("No device reports: how the city stands is not known.")
    if not needs:
        return _("{city} is calm: nothing needs attention.").format(city=view.place())
    critical = [item for item in needs if item.severity == 1]
    if critical:
        return ngettext(
            "{n} critical matter: {first}.",
            "{n} critical matters, the first: {first}.",
            len(critical),
        ).format(n=number(len(critical)), first=critical[0].title)
    return ngettext(
        "{n} matter needs attention, none is critical.",
        "{n} matters need attention, none is critical.",
        len(needs),
    ).format(n=number(len(needs)))
