"""Contacts are the same however they are typed, and what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.domain.contacts import (
    BadContact,
    normalise_email,
    normalise_mobile,
)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Asha@Example.ORG ", "Asha@example.org"),
        ("a.b+c@example.co.in", "a.b+c@example.co.in"),
        ("आशा@example.org", "आशा@example.org"),
    ],
)
def test_an_address_keeps_its_owner_s_part(text, email):
    assert normalise_email(text) == email


@pytest.mark.parametrize(
    "text", ["", "asha", "a@b", "a@@b.org", "a b@c.org", "a@b.org\nBcc: x@y.org"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BadContact, match="not an e-mail address"):
        normalise_email(text)


@pytest.mark.parametrize(
    "text", ["9876543210", "098765 43210", "+91 98765-43210", "0091 98765 43210"]
)
def test_a_number_is_the_same_with_or_without_its_country(text):
    assert normalise_mobile(text) == "+919876543210"


def test_a_number_from_abroad_keeps_its_country():
    assert normalise_mobile("+44 7700 900123") == "+447700900123"


@pytest.mark.parametrize("text", ["", "asha001", "12", "+91 98765 43210 ext 5", "+"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadContact, match="not a telephone number"):
        normalise_mobile(text)


@given(st.text(max_size=60))
def test_anything_typed_gives_a_contact_or_a_refusal(text):
    for normalise in (normalise_email, normalise_mobile):
        try:
            once = normalise(text)
        except BadContact:
            continue
        assert normalise(once) == once
