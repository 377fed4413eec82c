"""What needs a person: told once, worst first, in words, and never blamed on the wrong one."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data_access.pulse import Pulse
from data_access.table import Table
from data_access.words import speaking
from layers import LAYERS
from layers.attention import attention, summed_up
from tests.layers.rows import NOON, ago, full, table

LAYER = {layer.key: layer for layer in LAYERS}


def answers(**rows: list[dict[str, Any]]) -> dict[str, Table]:
    return {key.replace("_", "-"): table(LAYER[key.replace("_", "-")].query, *listed) for key, listed in rows.items()}


def before(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def needs(deaf_minutes: float | None = None, **rows: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    since = None if deaf_minutes is None else before(deaf_minutes).timestamp()
    pulse = Pulse(NOON.timestamp(), since is None, deaf_since=since)
    return [(item.severity, item.layer, item.id) for item in attention(answers(**rows), LAYERS, NOON, pulse)]


def calm(**other: Any) -> dict[str, Any]:
    return full(value=10.0, occupied_spaces=10.0, **other)


def test_a_calm_city_needs_nobody() -> None:
    assert needs(pm25=[calm()], temperature=[calm()], parking=[calm()], cameras=[calm()], buildings=[full()]) == []


def test_a_city_that_knows_nothing_needs_nobody_and_an_answer_left_out_is_none() -> None:
    assert needs() == []
    assert needs(pm25=[], incidents=[]) == []


def test_incidents_come_by_severity_and_then_by_how_long_they_wait() -> None:
    found = needs(
        incidents=[
            full(id="young", severity=2, opened_at=ago(1)),
            full(id="old", severity=2, opened_at=ago(90)),
            full(id="worst", severity=1, opened_at=ago(2)),
            full(id="least", severity=4, opened_at=ago(900)),
        ]
    )
    assert [one for _severity, _layer, one in found] == ["worst", "old", "young", "least"]


def test_a_value_past_its_threshold_says_which() -> None:
    (item,) = attention(answers(pm25=[full(value=80.0)]), LAYERS, NOON)
    assert item.severity == 3
    assert "80 µg/m³" in item.why
    assert "75" in item.why


def test_a_value_at_the_threshold_counts_and_one_below_does_not() -> None:
    assert needs(pm25=[full(value=50.0)]) == [(4, "pm25", "full-1")]
    assert needs(pm25=[full(value=49.9)]) == []
    assert needs(temperature=[full(value=39.0)]) == [(2, "temperature", "full-1")]
    assert needs(parking=[full(occupied_spaces=114.0)]) == [(4, "parking", "full-1")]


def test_an_old_value_past_its_threshold_is_told_as_silence_and_not_as_a_value() -> None:
    (item,) = attention(answers(pm25=[full(value=80.0, observed_at=ago(40))]), LAYERS, NOON)
    assert item.severity == 3
    assert "silent" in item.why
    assert "80" not in item.why


def test_silence_grows_with_age_and_lateness_is_not_silence() -> None:
    assert needs(pm25=[calm(observed_at=ago(2.5))]) == []
    assert needs(pm25=[calm(observed_at=ago(3.5))]) == [(4, "pm25", "full-1")]
    assert needs(pm25=[calm(observed_at=ago(10.5))]) == [(3, "pm25", "full-1")]
    assert needs(pm25=[calm(observed_at=None)]) == [(4, "pm25", "full-1")]


def test_what_never_promised_to_speak_is_not_silent() -> None:
    assert needs(parking=[full(interval_s=None, observed_at=None, occupied_spaces=None)]) == []
    assert needs(parking=[full(interval_s=None, observed_at=ago(600), occupied_spaces=None)]) != []
    assert needs(parking=[full(observed_at=None, occupied_spaces=None)]) == [(4, "parking", "full-1")]


def test_a_device_that_two_layers_know_is_silent_once() -> None:
    assert len(needs(pm25=[calm(observed_at=ago(60))], temperature=[calm(observed_at=ago(60))])) == 1


def test_a_camera_that_says_it_is_off_is_dark_and_told_once() -> None:
    off = calm(online=0.0, observed_at=ago(60))
    found = attention(answers(cameras=[off], camera_views=[off]), LAYERS, NOON)
    assert [(item.layer, item.severity) for item in found] == [("cameras", 3)]
    assert "dark" in found[0].why


def test_a_lost_broker_is_one_fact_and_no_device_is_blamed() -> None:
    silent = [calm(id=f"s{n}", observed_at=ago(30)) for n in range(500)]
    assert len(needs(pm25=silent)) == 500
    assert needs(deaf_minutes=30, pm25=silent) == [(1, "", "")]


def test_what_waits_to_be_stored_is_one_fact_and_no_device_is_blamed() -> None:
    asked = answers(pm25=[calm(id=f"s{n}", observed_at=ago(5)) for n in range(500)])
    (found,) = attention(asked, LAYERS, NOON, Pulse(NOON.timestamp(), True, lag_s=240.0))
    assert (found.severity, found.layer, found.id) == (2, "", "")
    assert "4 minutes" in found.why
    a_moment = Pulse(NOON.timestamp(), True, lag_s=29.0)
    assert len(attention(asked, LAYERS, NOON, a_moment)) == 500


def test_what_fell_silent_before_the_broker_was_lost_is_still_told() -> None:
    gone = calm(id="long-silent", observed_at=ago(300))
    assert needs(deaf_minutes=30, pm25=[gone, calm(observed_at=ago(30))])[1:] == [(3, "pm25", "long-silent")]


def test_after_an_outage_a_device_has_its_time_to_speak_again() -> None:
    asked = answers(pm25=[calm(id="long-silent", observed_at=ago(300)), calm(observed_at=ago(30))])

    def blamed(back_minutes: float) -> list[str]:
        outage = (before(30).timestamp(), before(back_minutes).timestamp())
        return [item.id for item in attention(asked, LAYERS, NOON, Pulse(NOON.timestamp(), True, outage=outage))]

    assert blamed(back_minutes=2) == ["long-silent"]  # it speaks once a minute
    assert blamed(back_minutes=4) == ["long-silent", "full-1"]


def test_a_clock_that_is_set_forward_or_back_blames_no_device() -> None:
    """The listener's last word is an hour old at once: that is an outage, and each has its time to speak again."""
    asked = answers(pm25=[calm(id="long-silent", observed_at=ago(300)), calm(observed_at=ago(60))])
    pulse = Pulse(before(60).timestamp(), True).following(NOON.timestamp(), True)
    assert [item.id for item in attention(asked, LAYERS, NOON, pulse)] == ["long-silent"]
    assert [item.id for item in attention(asked, LAYERS, NOON, Pulse(NOON.timestamp(), True))] != ["long-silent"]
    ahead = answers(pm25=[calm(observed_at=ago(-60))])
    pulse = Pulse(before(-60).timestamp(), True).following(NOON.timestamp(), True)
    assert attention(ahead, LAYERS, NOON, pulse) == []


def test_who_speaks_of_long_ago_is_not_silent() -> None:
    slow = calm(id="slow", observed_at=ago(60), received_at=ago(0.5))
    gone = calm(id="gone", observed_at=ago(60), received_at=ago(60))
    found = {item.id: item for item in attention(answers(pm25=[slow, gone], temperature=[slow]), LAYERS, NOON)}
    assert {one: item.severity for one, item in found.items()} == {"slow": 4, "gone": 3}
    assert "of 60 minutes ago" in found["slow"].why
    assert "silent" in found["gone"].why


def test_where_most_speak_of_long_ago_that_is_one_fact() -> None:
    slow = [calm(id=f"slow-{n}", observed_at=ago(60 + n), received_at=ago(0.5)) for n in range(6)]
    live = [calm(id=f"live-{n}", received_at=ago(0.5)) for n in range(6)]
    gone = calm(id="gone", observed_at=ago(60), received_at=ago(60))
    found = attention(answers(pm25=[*slow, *live[:5], gone]), LAYERS, NOON)
    assert [item.id for item in found] == ["", "gone"]
    assert "6 of 11 devices" in found[0].why
    assert len(attention(answers(pm25=[*slow, *live, gone]), LAYERS, NOON)) == 7  # half of them: their own clocks


def test_while_what_waited_in_an_outage_is_still_coming_no_device_is_blamed() -> None:
    asked = answers(pm25=[calm(id="long-silent", observed_at=ago(300)), calm(observed_at=ago(30))])

    def blamed(over_minutes: float) -> list[str]:
        outage = (before(30).timestamp(), before(over_minutes).timestamp())
        pulse = Pulse(NOON.timestamp(), True, lag_s=170.0, outage=outage)
        return [item.id for item in attention(asked, LAYERS, NOON, pulse)]

    assert blamed(over_minutes=3) == ["", "long-silent"]
    assert blamed(over_minutes=20) == ["", "long-silent", "full-1"]


def test_a_listener_that_is_away_is_one_fact_and_no_device_is_blamed() -> None:
    asked = answers(pm25=[calm(id=f"s{n}", observed_at=ago(30)) for n in range(500)])
    (found,) = attention(asked, LAYERS, NOON, Pulse(before(30).timestamp(), True))
    assert (found.severity, found.layer, found.since) == (1, "", before(30))
    assert "30 minutes ago" in found.why


def test_a_lost_broker_hides_no_incident() -> None:
    found = needs(deaf_minutes=30, incidents=[full(severity=1, opened_at=ago(45))], pm25=[calm(observed_at=ago(30))])
    assert found == [(1, "", ""), (1, "incidents", "full-1")]  # somebody is on the scene of that one


def test_it_is_told_in_the_readers_language() -> None:
    asked = answers(pm25=[full(value=80.0)], cameras=[full(observed_at=ago(60))], incidents=[full()])
    english = [item.why for item in attention(asked, LAYERS, NOON)]
    with speaking("vi"):
        vietnamese = [item.why for item in attention(asked, LAYERS, NOON)]
    assert len(english) == 3
    assert not set(english) & set(vietnamese)


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.one_of(st.none(), st.floats(0, 200)), st.one_of(st.none(), st.floats(0, 900))),
        max_size=12,
    )
)
def test_any_rows_give_a_ranked_list_and_asking_twice_gives_the_same(
    rows: list[tuple[int, float | None, float | None]],
) -> None:
    asked = answers(
        incidents=[full(id=f"i{n}", severity=severity) for n, (severity, _v, _a) in enumerate(rows)],
        pm25=[
            full(id=f"s{n}", value=value, observed_at=None if age is None else ago(age))
            for n, (_s, value, age) in enumerate(rows)
        ],
    )
    found = attention(asked, LAYERS, NOON)
    assert [item.severity for item in found] == sorted(item.severity for item in found)
    assert len({(item.layer, item.id) for item in found}) == len(found)
    assert sum(item.layer == "incidents" for item in found) == len(rows)
    assert found == attention(asked, LAYERS, NOON)


def test_many_alike_become_one_line_that_counts_them() -> None:
    found = attention(answers(pm25=[full(id=f"s{n}", name=f"S{n}", value=60.0) for n in range(9)]), LAYERS, NOON)
    (line,) = summed_up(found)
    assert line.title == "S0 and 8 others"


def test_urgent_incidents_never_share_a_line() -> None:
    urgent = [full(id=f"i{n}", severity=2) for n in range(9)]
    assert len(summed_up(attention(answers(incidents=urgent), LAYERS, NOON))) == 9


def test_of_equally_urgent_ones_those_that_nobody_has_in_hand_come_first_and_then_the_oldest() -> None:
    rows = [
        full(id="seen", severity=2, state="acknowledged", opened_at=ago(90)),
        full(id="new", severity=2, state="new", opened_at=ago(5)),
        full(id="older", severity=2, state="new", opened_at=ago(30)),
        full(id="worse", severity=1, state="on_scene", opened_at=ago(1)),
    ]
    assert [name for _severity, _layer, name in needs(incidents=rows)] == ["worse", "older", "new", "seen"]


def test_of_equally_urgent_ones_what_is_measured_comes_before_what_is_silent_for_longer() -> None:
    silent = [full(id=f"dead{n}", value=10.0, observed_at=ago(600 + n)) for n in range(50)]
    dark = [full(id="dark", online=0.0, observed_at=ago(300))]
    found = needs(pm25=[*silent, full(id="bad", value=140.0)], cameras=dark)
    assert found[0] == (3, "pm25", "bad")
    assert {severity for severity, _layer, _one in found} == {3}
    lines = summed_up(attention(answers(pm25=[*silent, full(id="bad", value=140.0, name="Bad")]), LAYERS, NOON))
    assert [line.title.startswith("Bad") for line in lines] == [True, False]
