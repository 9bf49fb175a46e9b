"""Scripts of India: where one begins, what a joiner is good for, where a line ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.scripts import CLUSTER_MOST, JOINERS, clusters, printable, runs

NAMES = {
    "devanagari": "देवी क्षत्रिय",
    "bengali": "বীণা র\u200d্যাচেল",
    "tamil": "தமிழ் லக்ஷ்மி",
    "telugu": "తెలుగు కృష్ణ",
    "kannada": "ಕನ್ನಡ ಕೃಷ್ಣ",
    "malayalam": "മലയാളം ശ്രീ",
    "gujarati": "ગુજરાતી કૃષ્ણ",
    "gurmukhi": "ਪੰਜਾਬੀ ਸਿੰਘ",
    "oriya": "ଓଡ଼ିଆ ଶ୍ରୀ",
    "arabic": "اردو عائشہ",
}
NON_JOINER, JOINER = JOINERS


@pytest.mark.parametrize(("script", "name"), NAMES.items(), ids=NAMES)
def test_a_name_is_one_run_of_its_script(script, name):
    assert runs(name) == [(script, name)]
    assert runs(f"Asha {name}") == [("", "Asha "), (script, name)]


def test_what_is_no_letter_goes_with_what_stands_before_it():
    text = "Asha, देवी, கு 12 (श्री) Rao"
    assert [it for _, it in runs(text)] == [
        *("Asha, ", "देवी, ", "கு 12 "),
        *("(", "श्री", ") Rao"),
    ]
    assert runs("देवी। বীণা। Asha") == [
        ("devanagari", "देवी। "),
        ("bengali", "বীণা। "),
        ("", "Asha"),
    ]
    assert runs("") == []


def test_a_mark_of_every_script_and_a_joiner_stay_with_their_letter():
    assert runs("क\u0951\u0301Asha") == [("devanagari", "क\u0951\u0301"), ("", "Asha")]
    assert runs(f"क्{JOINER}ष") == [("devanagari", f"क्{JOINER}ष")]


@given(st.text())
def test_runs_and_clusters_lose_nothing(text):
    assert "".join(it for _, it in runs(text)) == text
    assert "".join(clusters(text)) == text


def test_a_conjunct_is_one_cluster_and_a_blank_is_its_own():
    assert clusters("क्षत्रिय") == ["क्ष", "त्रि", "य"]
    assert clusters(f"क्{JOINER}ष क्{NON_JOINER}ष") == [
        f"क्{JOINER}ष",
        " ",
        f"क्{NON_JOINER}ष",
    ]
    assert clusters("श्रीमान् देवी") == ["श्री", "मा", "न्", " ", "दे", "वी"]
    assert clusters("Asha") == list("Asha")


def test_a_cluster_never_grows_wider_than_a_line():
    for endless in ("क्" * 60, "क" + "ा" * 119):
        assert max(len(it) for it in clusters(endless)) == CLUSTER_MOST


def test_joiners_are_kept_where_they_spell_and_nowhere_else():
    for name in (f"क्{JOINER}ष", f"র{JOINER}্য", f"کے{NON_JOINER}لیے"):
        assert printable(name) == name
    for hidden in (f"As{JOINER}ha", f"{NON_JOINER}Asha", f"देवी {JOINER}"):
        assert not set(printable(hidden)) & set(JOINERS)


def test_what_cannot_be_seen_is_a_blank():
    assert printable("Asha\nRao\u202eoaR\x00") == "Asha Rao oaR "
    assert printable("Zoë 名前 😀") == "Zoë 名前 😀"
