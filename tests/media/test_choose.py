"""Which pictures are worth sending."""

from itertools import pairwise

from media.choose import APART_S, Shot, choose, enough


def shot(at, *, height=480, sharpness=100.0, luminance=0.5) -> Shot:
    return Shot(
        at=at,
        width=height * 4 // 3,
        height=height,
        sharpness=sharpness,
        luminance=luminance,
    )


def test_nothing_gives_nothing():
    assert choose([]) == []


def test_larger_pictures_come_before_sharper_small_ones():
    small = shot(0, height=240, sharpness=900)
    large = shot(1, sharpness=50)
    assert choose([small, large]) == [large, small]


def test_small_pictures_fill_up_only_where_large_ones_are_few():
    large = [shot(i) for i in range(5)]
    assert choose([shot(9, height=240), *large]) == large


def test_a_dark_picture_ranks_behind_a_well_exposed_softer_one():
    dark, fair = shot(0, luminance=0.05, sharpness=200), shot(1, sharpness=90)
    assert choose([dark, fair]) == [fair, dark]


def test_a_blurred_picture_is_left_out_while_sharp_ones_remain():
    sharp, blurred = shot(0, sharpness=300), shot(1, sharpness=20)
    assert choose([sharp, blurred]) == [sharp]


def test_if_all_are_blurred_the_best_still_goes_so_that_it_can_be_said_why():
    assert choose([shot(0, sharpness=2), shot(1, sharpness=3)])[0].sharpness == 3


def test_pictures_are_apart_in_time_where_there_is_a_choice():
    burst = [shot(i / 15, sharpness=100 + i) for i in range(20)]
    times = sorted(it.at for it in choose(burst))
    assert len(times) == 5
    assert all(b - a >= APART_S for a, b in pairwise(times))


def test_neighbours_are_taken_when_there_is_nothing_else():
    assert len(choose([shot(i / 100) for i in range(5)])) == 5


def test_enough_needs_full_size_pictures_and_some_good_ones():
    assert enough([shot(i) for i in range(8)])
    assert not enough([shot(i) for i in range(7)])
    assert not enough([shot(i, height=240) for i in range(40)])
    assert not enough([shot(i, luminance=0.02) for i in range(8)])
