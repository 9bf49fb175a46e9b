"""Signatures: anybody can check them, nobody but us can make them."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from app.adapters.signing import Signer, seal_text, verify_text

SIGNER = Signer("s" * 40)
PAYLOAD = b"Asha Rao studied. " + bytes(range(256))


def segment(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_what_was_signed_is_verified_and_the_payload_stays_apart():
    detached = SIGNER.sign(PAYLOAD)
    header, payload, _ = detached.split(".")
    assert payload == ""
    assert json.loads(segment(header)) == {
        "alg": "Ed25519",
        "kid": SIGNER.jwk()["kid"],
    }
    assert SIGNER.verify(PAYLOAD, detached)


def test_it_can_be_checked_without_our_code():
    """RFC 7515, appendix F, with nothing but the published key."""
    key = Ed25519PublicKey.from_public_bytes(segment(SIGNER.jwk()["x"]))
    header, _, signature = SIGNER.sign(PAYLOAD).split(".")
    body = base64.urlsafe_b64encode(PAYLOAD).rstrip(b"=")
    key.verify(segment(signature), header.encode() + b"." + body)
    with pytest.raises(InvalidSignature):
        key.verify(segment(signature), header.encode() + b"." + body[:-1])


def test_no_byte_of_payload_or_signature_can_change():
    detached = SIGNER.sign(PAYLOAD)
    for at in range(len(PAYLOAD)):
        changed = bytearray(PAYLOAD)
        changed[at] ^= 1
        assert not SIGNER.verify(bytes(changed), detached), at
    for at, char in enumerate(detached):
        other = "A" if char != "A" else "B"
        assert not SIGNER.verify(PAYLOAD, detached[:at] + other + detached[at + 1 :])


@pytest.mark.parametrize(
    "rubbish",
    ["", "..", "a..b", ".", "é..é", "\0..\0", "a..b..c", "e30..", "bnVsbA..AAAA"],
)
def test_rubbish_is_no_signature(rubbish):
    assert not SIGNER.verify(PAYLOAD, rubbish)


def test_a_signature_that_brings_its_own_payload_or_key_is_none():
    whole = SIGNER.sign(b"other").replace("..", ".b3RoZXI.")
    assert not SIGNER.verify(PAYLOAD, whole)
    known = OctKey.import_key(segment(SIGNER.jwk()["x"]))
    forged = jws.serialize_compact({"alg": "HS256"}, PAYLOAD, known, ["HS256"])
    assert not SIGNER.verify(PAYLOAD, jws.detach_content(forged))
    stranger = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "jwk": stranger.as_dict(private=False)}
    forged = jws.serialize_compact(header, PAYLOAD, stranger, ["Ed25519"])
    assert not SIGNER.verify(PAYLOAD, jws.detach_content(forged))


def test_the_key_is_the_secret_s_and_its_private_half_stays_here():
    assert Signer("s" * 40).jwk() == SIGNER.jwk()
    assert Signer("t" * 40).jwk()["x"] != SIGNER.jwk()["x"]
    assert not Signer("t" * 40).verify(PAYLOAD, SIGNER.sign(PAYLOAD))
    assert set(SIGNER.jwk()) == {"kty", "crv", "x", "kid", "alg", "use"}
    public = {name: SIGNER.jwk()[name] for name in ("kty", "crv", "x")}
    assert OKPKey.import_key(public).thumbprint() == SIGNER.jwk()["kid"]


def test_a_text_has_its_signature_as_the_last_line():
    sealed = seal_text("ASHA001 agreed.\n", SIGNER)
    text, last = sealed.decode().splitlines()
    assert (text, last[:13]) == ("ASHA001 agreed.", "# signature: ")
    assert verify_text(sealed, SIGNER)


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: b"And more.\n" + sealed,
        lambda sealed: sealed + b"And more.\n",
        lambda sealed: sealed + b"=\n",
        lambda sealed: sealed.replace(b"agreed.\n", b"agreed.\r\n"),
        lambda sealed: sealed.replace(b"ASHA001", b"ASHA002"),
        lambda sealed: sealed + sealed.splitlines(keepends=True)[-1],
        lambda sealed: b"\n".join(sealed.splitlines()[:-1]),
        lambda sealed: b"",
    ],
)
def test_a_text_that_was_changed_is_noticed(change):
    assert not verify_text(change(seal_text("ASHA001 agreed.\n", SIGNER)), SIGNER)


def test_a_long_text_is_signed_too():
    sealed = seal_text("a line of a statement\n" * 100_000, SIGNER)
    assert verify_text(sealed, SIGNER)
    assert not verify_text(sealed.replace(b"a line", b"A line", 1), SIGNER)
