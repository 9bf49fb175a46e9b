"""Tickets: what is signed comes back, and nothing else is believed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.adapters.tickets import (
    TicketExpired,
    TicketInvalid,
    sign,
    sign_view,
    verify,
    verify_view,
)
from app.kernel.ids import SittingId, ViewId
from app.kernel.tickets import TICKET_LIFE, Ticket, ViewTicket

SECRET = "a secret that only tests know, long enough"
OTHER = "another secret, which is long enough too"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TICKET = Ticket(sitting=SittingId(uuid4()), epoch=3, expires_at=NOW + TICKET_LIFE)
TOKEN = sign(TICKET, SECRET)
VIEW = ViewTicket(
    view=ViewId(uuid4()),
    sitting=TICKET.sitting,
    epoch=3,
    expires_at=NOW + TICKET_LIFE,
    until=NOW + timedelta(minutes=10),
)
VIEW_TOKEN = sign_view(VIEW, SECRET)
VIEW_CLAIMS = {
    "aud": "spom-media-view",
    "sub": str(VIEW.sitting),
    "view": str(VIEW.view),
    "epoch": 3,
    "exp": 2_000_000_000,
    "until": 2_000_000_000,
}
CLAIMS = {"aud": "spom-media", "sub": str(uuid4()), "epoch": 1, "exp": 2_000_000_000}


def signed(claims, header=None) -> str:
    return jwt.encode(header or {"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def test_what_was_signed_comes_back():
    assert verify(TOKEN, SECRET, NOW) == TICKET


def test_it_expires():
    assert verify(TOKEN, SECRET, NOW + TICKET_LIFE - timedelta(seconds=1)) == TICKET
    with pytest.raises(TicketExpired):
        verify(TOKEN, SECRET, NOW + TICKET_LIFE)


def test_another_secret_is_refused():
    with pytest.raises(TicketInvalid):
        verify(TOKEN, OTHER, NOW)


def test_a_changed_epoch_is_refused():
    head, body, signature = TOKEN.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims["epoch"] = 4
    body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    with pytest.raises(TicketInvalid):
        verify(f"{head}.{body}.{signature}", SECRET, NOW)


def test_an_unsigned_ticket_is_refused():
    head = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    with pytest.raises(TicketInvalid):
        verify(f"{head}.{TOKEN.split('.')[1]}.", SECRET, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        CLAIMS | {"aud": "elsewhere"},
        CLAIMS | {"sub": "nobody"},
        CLAIMS | {"epoch": "x"},
        CLAIMS | {"epoch": None},
        CLAIMS | {"exp": "soon"},
        CLAIMS | {"exp": 10**30},
    ],
)
def test_a_signed_ticket_without_sense_is_refused(claims):
    with pytest.raises(TicketInvalid):
        verify(signed(claims), SECRET, NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 10_000, "é"])
def test_nonsense_is_refused(token):
    with pytest.raises(TicketInvalid):
        verify(token, SECRET, NOW)


def test_a_ticket_to_view_comes_back_and_expires():
    assert verify_view(VIEW_TOKEN, SECRET, NOW) == VIEW
    with pytest.raises(TicketExpired):
        verify_view(VIEW_TOKEN, SECRET, NOW + TICKET_LIFE)
    with pytest.raises(TicketInvalid):
        verify_view(VIEW_TOKEN, OTHER, NOW)


def test_a_ticket_to_send_is_none_to_view_nor_the_reverse():
    with pytest.raises(TicketInvalid):
        verify_view(TOKEN, SECRET, NOW)
    with pytest.raises(TicketInvalid):
        verify(VIEW_TOKEN, SECRET, NOW)


def test_only_the_audience_tells_them_apart():
    """The control: with everything that both need, each is taken for itself alone."""
    both = VIEW_CLAIMS | {"glancing": "follow"}
    assert verify_view(signed(both), SECRET, NOW).view == VIEW.view
    with pytest.raises(TicketInvalid):
        verify(signed(both), SECRET, NOW)
    other = both | {"aud": "spom-media"}
    assert verify(signed(other), SECRET, NOW).sitting == VIEW.sitting
    with pytest.raises(TicketInvalid):
        verify_view(signed(other), SECRET, NOW)


@pytest.mark.parametrize("member", ["view", "until", "sub", "epoch", "exp"])
def test_a_ticket_to_view_that_lacks_something_is_refused(member):
    claims = {name: it for name, it in VIEW_CLAIMS.items() if name != member}
    with pytest.raises(TicketInvalid):
        verify_view(signed(claims), SECRET, NOW)
