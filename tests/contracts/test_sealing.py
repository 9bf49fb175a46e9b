"""Sealing: what is sealed stays closed to everybody else."""

import pytest

from app.adapters.sealing import Sealer, Unsealable

SEALER = Sealer("s" * 40)


def test_what_was_sealed_opens_again():
    assert SEALER.open(SEALER.seal(b"secret", context="a"), context="a") == b"secret"


def test_the_same_words_never_look_the_same():
    assert SEALER.seal(b"secret", context="a") != SEALER.seal(b"secret", context="a")


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed(place):
    sealed = bytearray(SEALER.seal(b"secret", context="a"))
    sealed[place] ^= 1
    with pytest.raises(Unsealable):
        SEALER.open(bytes(sealed), context="a")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12)])
def test_rubbish_is_refused(sealed):
    with pytest.raises(Unsealable):
        SEALER.open(sealed, context="a")


def test_it_opens_only_in_its_place_and_with_its_secret():
    sealed = SEALER.seal(b"secret", context="a")
    with pytest.raises(Unsealable):
        SEALER.open(sealed, context="b")
    with pytest.raises(Unsealable):
        Sealer("t" * 40).open(sealed, context="a")


def test_a_keyed_hash_depends_on_secret_purpose_and_text():
    hashes = {
        SEALER.keyed_hash("code", "123456"),
        SEALER.keyed_hash("code", "123457"),
        SEALER.keyed_hash("link", "123456"),
        Sealer("t" * 40).keyed_hash("code", "123456"),
    }
    assert len(hashes) == 4
    assert SEALER.keyed_hash("code", "123456") == SEALER.keyed_hash("code", "123456")
