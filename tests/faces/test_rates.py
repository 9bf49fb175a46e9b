"""False match and non-match rates, by arithmetic that anybody can check."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.faces.rates import (
    det_points,
    deviate,
    fmr,
    fnmr,
    operating,
    threshold_at,
)
from media.faces.report import det_svg, page, table

GENUINE = np.array([0.9, 0.8, 0.7, 0.4])
IMPOSTOR = np.array([0.5, 0.3, 0.2, 0.1, 0.0])
scores = st.lists(st.floats(-1, 1), min_size=1, max_size=60).map(np.array)


def test_a_small_example_by_hand():
    assert (fmr(IMPOSTOR, 0.3), fnmr(GENUINE, 0.75)) == (0.4, 0.5)
    at = operating(GENUINE, IMPOSTOR, 0.2)
    assert 0.3 < at.threshold < 0.3001
    assert (at.fmr, at.fnmr) == (0.2, 0.0)


def test_without_an_error_the_rate_is_only_known_to_be_small():
    at = operating(GENUINE, IMPOSTOR, 1e-4)
    assert at.fmr == 0
    assert at.fmr_most == pytest.approx(3 / 5)
    assert at.fnmr == 0.25


@given(scores, st.sampled_from([0.5, 0.1, 1e-2, 1e-4]))
def test_the_threshold_keeps_its_promise_and_is_the_lowest_that_does(impostor, target):
    threshold = threshold_at(impostor, target)
    assert fmr(impostor, threshold) <= target
    lower = impostor[impostor < threshold]
    if lower.size:
        assert fmr(impostor, lower.max()) > target or fmr(impostor, -2) <= target


@given(scores, scores)
def test_who_is_stricter_matches_fewer_strangers_and_misses_more_friends(a, b):
    points = det_points(a, b)
    falses, misses = [x for x, _ in points], [y for _, y in points]
    assert falses == sorted(falses)
    assert misses == sorted(misses, reverse=True)


def test_nobody_to_compare_with_is_said():
    with pytest.raises(ValueError, match="different people"):
        threshold_at(np.array([]), 1e-4)


def test_the_scale_of_the_plot_is_even_about_a_half():
    assert deviate(0.5) == pytest.approx(0)
    assert deviate(0.1) == pytest.approx(-deviate(0.9))
    assert deviate(0) < -5


def test_the_report_stands_alone():
    svg = det_svg([("one & one", det_points(GENUINE, IMPOSTOR))])
    html = page("Report", [("Plot", svg), ("Table", table(["a"], [["<b>"]]))])
    assert "one &amp; one" in svg
    assert "&lt;b&gt;" in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
