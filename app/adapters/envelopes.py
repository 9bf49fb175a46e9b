"""Envelopes: what is most private of a student, sealed with a key of their own.

One random data key for each student and purpose seals the data; a key outside the
database (`app.adapters.key_ring`) wraps the data key. Deleting the wrapped data key
makes everything it sealed unreadable at once, wherever copies of it are.

AES-256-GCM with a random nonce throughout. Sealed: version byte, id of the data key,
nonce, ciphertext with tag; bound to the student, the purpose, the data key and the
`context` (the row or object it belongs to). Wrapped: version byte, nonce, ciphertext
with tag; bound to the student, the purpose, the data key and the key that wraps it.
"""

import secrets
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from app.adapters import envelopes_store as store
from app.adapters.db import Tx
from app.adapters.envelopes_store import DataKey
from app.adapters.key_ring import KeyRing, Ring
from app.kernel.ids import AccountId

VERSION = b"\x01"
ID, NONCE, KEY = 16, 12, 32


class Purpose(StrEnum):
    """What a data key seals; each is forgotten with another consent."""

    TEMPLATE = "template"
    EVIDENCE = "evidence"
    PICTURE = "picture"


class Unreadable(Exception):
    """Its key is shredded, it belongs elsewhere, or it is damaged."""


class Envelopes:
    """Also raises KeyAway or BadKeys (Unavailable) while the ring lacks a key."""

    def __init__(self, ring: KeyRing) -> None:
        self.keys = ring

    async def seal(
        self,
        tx: Tx,
        account: AccountId,
        purpose: Purpose,
        plain: bytes,
        *,
        context: str,
    ) -> bytes:
        """Makes the student's data key where there is none: in a transaction, after
        the row was locked that says this may be kept."""
        data_key = await store.of_student(tx, account, purpose)
        if data_key is None:
            data_key = await self._make(tx, account, purpose)
        key, nonce = self._unwrap(data_key), secrets.token_bytes(NONCE)
        bound = _bound(data_key, context)
        sealed = AESGCM(key).encrypt(nonce, plain, bound)
        return VERSION + data_key.id.bytes + nonce + sealed

    async def open(
        self,
        tx: Tx,
        account: AccountId,
        purpose: Purpose,
        sealed: bytes,
        *,
        context: str,
    ) -> bytes:
        """Raises Unreadable."""
        data_key = await store.of_student(tx, account, purpose)
        start = len(VERSION) + ID
        if data_key is None or sealed[:start] != VERSION + data_key.id.bytes:
            raise Unreadable
        nonce, rest = sealed[start : start + NONCE], sealed[start + NONCE :]
        bound = _bound(data_key, context)
        return _decrypt(self._unwrap(data_key), nonce, rest, bound)

    async def shred(self, tx: Tx, account: AccountId, purpose: Purpose) -> None:
        """Once committed, nothing that was sealed for this purpose opens again."""
        await store.delete(tx, account, purpose)

    def rewrapped(self, it: DataKey, ring: Ring) -> DataKey:
        """The same data key, wrapped with the key that wraps new ones."""
        return wrap(replace(it, key_id=ring.wraps_with), self._unwrap(it), ring)

    async def _make(self, tx: Tx, account: AccountId, purpose: Purpose) -> DataKey:
        await store.hold_ring(tx)  # before the ring is read: nobody retires that key
        ring = self.keys.ring()
        bare = DataKey(
            id=store.fresh_id(),
            account=account,
            purpose=purpose,
            key_id=ring.wraps_with,
            wrapped=b"",
        )
        await store.insert(tx, wrap(bare, secrets.token_bytes(KEY), ring))
        made = await store.of_student(tx, account, purpose)
        assert made is not None
        return made

    def _unwrap(self, it: DataKey) -> bytes:
        key = self.keys.ring().key(it.key_id)
        start = len(VERSION)
        if it.wrapped[:start] != VERSION:
            raise Unreadable
        nonce, rest = it.wrapped[start : start + NONCE], it.wrapped[start + NONCE :]
        return _decrypt(key, nonce, rest, _bound(it, f"key:{it.key_id}"))


class EnvelopeSettings(Protocol):
    """The part of the settings that envelopes need."""

    @property
    def secret(self) -> SecretStr: ...
    @property
    def keys(self) -> Path | None: ...


def open_envelopes(settings: EnvelopeSettings) -> Envelopes:
    """The file of keys is first read when a key is needed."""
    return Envelopes(KeyRing(settings.secret.get_secret_value(), settings.keys))


def wrap(it: DataKey, key: bytes, ring: Ring) -> DataKey:
    nonce = secrets.token_bytes(NONCE)
    bound = _bound(it, f"key:{it.key_id}")
    sealed = AESGCM(ring.key(it.key_id)).encrypt(nonce, key, bound)
    return replace(it, wrapped=VERSION + nonce + sealed)


def _bound(it: DataKey, context: str) -> bytes:
    """Fixed parts first and the free one last, so that no two places read the same."""
    account: UUID = it.account
    return f"spom:{it.purpose}:{account}:{it.id}:{context}".encode()


def _decrypt(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error
