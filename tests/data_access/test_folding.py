"""Text without its marks: what a hurried hand types finds what a careful one wrote."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.folding import fold, words


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Đà Nẵng", "da nang"),
        ("ĐƯỜNG TRẦN PHÚ", "duong tran phu"),
        ("Quảng trường Ba Đình", "quang truong ba dinh"),
        ("Nguyễn Thị Minh Khai", "nguyen thi minh khai"),
        ("Straße des 18. Oktober", "strasse des 18. oktober"),
        ("Gohliser Schlößchen", "gohliser schlosschen"),
        ("Fürst-Franz-Josef-Straße", "furst-franz-josef-strasse"),
        ("Åborg, Århus, Øster", "aborg, arhus, oster"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("ﬁre № 5", "fire no 5"),
    ],
)
def test_marks_and_capitals_do_not_matter(written: str, typed: str) -> None:
    assert fold(written) == typed
    assert fold(unicodedata.normalize("NFD", written)) == typed
    assert words(written) == words(typed)


def test_words_are_runs_of_letters_and_numbers() -> None:
    assert words("12A/3, Ngõ 5 - Phố_Huế (cũ)") == ("12a", "3", "ngo", "5", "pho", "hue", "cu")
    assert words(" …! \0 ") == ()
    assert words("東京 駅") == ("東京", "駅")


@given(st.text())
def test_folding_twice_changes_nothing_and_spelling_does_not_matter(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == once


@given(st.text() | st.lists(st.sampled_from(["Huế ", "\u0301", "\xa0", "Đa", "ﷺ", "-"])).map("".join))
def test_words_are_those_of_the_folded_text(text: str) -> None:
    assert words(text) == tuple(re.findall(r"[^\W_]+", fold(text)))


@given(st.text())
def test_a_word_holds_nothing_that_could_end_a_word(text: str) -> None:
    for word in words(text):
        assert words(word) == (word,)
        assert word.isalnum()
