"""`make bench` fails where ours costs too much beside what stands there."""

import pytest

from tests.bench.table import Line, table


def line(*ours: float, **bound: float) -> Line:
    theirs = [10.0 * (number + 1) for number in range(len(ours))]
    return Line(
        what="CPU",
        unit="s",
        ours=ours,
        beside="bare",
        theirs=theirs,
        form=".1f",
        **bound,
    )


@pytest.mark.parametrize(
    ("ours", "bound", "well"),
    [
        ((5.0, 10.0, 15.0), {"most": 0.5}, True),
        ((5.1, 10.2, 15.3), {"most": 0.5}, False),
        ((5.0, 10.0, 15.0), {"least": 0.5}, True),
        ((4.9, 9.8, 14.7), {"least": 0.5}, False),
        ((99.0, 2.0, 3.0), {"most": 0.5}, True),  # One round of three went wrong.
    ],
)
def test_a_line_is_judged_by_the_median_of_its_ratios(ours, bound, well):
    assert line(*ours, **bound).is_well is well


def test_rounds_are_compared_one_by_one():
    """A machine that was twice as slow for one round says nothing of either."""
    assert line(5.0, 10.0, 15.0, most=1).ratios == [0.5, 0.5, 0.5]


def test_the_table_says_median_and_range():
    *_, row = table([line(5.0, 10.0, 16.5, most=0.75)]).splitlines()
    ours, beside = "10.0 (5.0 to 16.5) s", "bare: 20.0 (10.0 to 30.0)"
    assert row == f"| CPU | {ours} | {beside} | 0.50 (0.50 to 0.55) | above 0.75 |"
