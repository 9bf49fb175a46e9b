import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.sealing import Sealer
from app.booking.domain.cards import (
    GOOD_FOR,
    LENGTH,
    BadCard,
    CardExpired,
    card_code,
    card_number,
    is_of_card,
    looks_like_card,
    read_card,
)
from app.booking.papers.qr import qr_png

SEAT = uuid4()
ENDS = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def sealed_by(secret: str):
    sealer = Sealer(secret)
    return lambda text: sealer.keyed_hash("admit card", text)


SEALS = sealed_by("s" * 40)
CODE = card_code(SEAT, ENDS, SEALS)


def test_a_card_says_its_seat_till_shortly_after_the_end():
    assert read_card(CODE, ENDS, SEALS) == SEAT
    assert read_card(CODE, ENDS + GOOD_FOR - timedelta(seconds=1), SEALS) == SEAT
    with pytest.raises(CardExpired):
        read_card(CODE, ENDS + GOOD_FOR, SEALS)


def test_a_scanner_may_type_small_letters():
    assert read_card(CODE.lower(), ENDS, SEALS) == SEAT


def test_the_code_fits_the_small_kind_of_qr_code_and_tells_nothing():
    assert len(CODE) == LENGTH
    assert looks_like_card(CODE)
    assert set(CODE) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUV")
    assert not looks_like_card("ASHA001")


def test_a_number_for_people_is_of_its_card_alone_however_it_is_typed():
    number = card_number(CODE)
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", number)
    misread = number.replace("1", "l").replace("0", "o").lower()
    for typed in (number, number.replace("-", ""), f" {misread} ", CODE, CODE.lower()):
        assert is_of_card(typed, CODE)
    other = card_code(uuid4(), ENDS, SEALS)
    later = card_code(SEAT, ENDS + timedelta(hours=1), SEALS)
    for wrong in (
        "",
        number[:-1],
        card_number(other),
        card_number(later),
        "\u0661" * 8,
    ):
        assert not is_of_card(wrong, CODE)


def test_a_camera_reads_the_picture_of_the_code():
    picture = cv2.imdecode(np.frombuffer(qr_png(CODE), np.uint8), cv2.IMREAD_COLOR)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == CODE


@pytest.mark.parametrize("at", range(LENGTH))
def test_a_card_changed_at_any_sign_is_none(at):
    other = "0" if CODE[at] != "0" else "1"
    forged = CODE[:at] + other + CODE[at + 1 :]
    with pytest.raises(BadCard):
        read_card(forged, ENDS, SEALS)


def test_a_card_of_another_deployment_is_none():
    with pytest.raises(BadCard):
        read_card(CODE, ENDS, sealed_by("t" * 40))


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_card_or_refused(text):
    with pytest.raises(BadCard):
        read_card(text, ENDS, SEALS)


@given(st.uuids(), st.integers(0, 100_000))
def test_every_seat_can_be_read_back(seat: UUID, days: int):
    ends = ENDS + timedelta(days=days)
    code = card_code(seat, ends, SEALS)
    assert looks_like_card(code)
    assert read_card(code, ends, SEALS) == seat
