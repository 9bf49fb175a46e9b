"""Credentials of TURN servers: they end by themselves and name nobody."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.adapters.turn import LIFE_MOST, Turn
from app.settings import Settings

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
SITTING = UUID(int=7)
URLS = ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:5349")
TURN = Turn(urls=URLS, secret="north")


def settings(**given) -> Settings:
    return Settings(DATABASE_URL="", REDIS_URL="", secret="s" * 40, **given)


def test_without_a_server_there_are_none():
    assert Turn().ice_servers(SITTING, NOW) == []
    assert settings().turn.ice_servers(SITTING, NOW) == []


def test_the_name_tells_when_it_ends_and_the_password_signs_the_name():
    [server] = TURN.ice_servers(SITTING, NOW)
    assert server["urls"] == list(URLS)
    ends, _, who = server["username"].partition(":")
    assert int(ends) == NOW.timestamp() + LIFE_MOST.total_seconds()
    assert who == str(SITTING)
    signed = hmac.digest(b"north", server["username"].encode(), hashlib.sha1)
    assert base64.b64decode(server["credential"]) == signed


def test_no_credential_lives_longer_than_half_a_day():
    for life, expected in ((timedelta(minutes=10), 600), (timedelta(days=9), 43_200)):
        [server] = TURN.ice_servers(SITTING, NOW, life)
        ends = int(server["username"].partition(":")[0])
        assert ends - NOW.timestamp() == expected


def test_urls_are_read_with_commas_between_them():
    found = settings(turn_urls=" , ".join(URLS), turn_secret="north").turn
    assert found == Turn(urls=list(URLS), secret="north")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"turn_urls": URLS[0]}, "go together"),
        ({"turn_secret": "north"}, "go together"),
        ({"turn_urls": "stun:x:3478", "turn_secret": "north"}, "no turn: or turns:"),
    ],
)
def test_half_a_server_is_said_at_the_start(given, why):
    with pytest.raises(ValidationError, match=why):
        settings(**given)
