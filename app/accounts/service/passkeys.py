"""Passkeys: discoverable WebAuthn credentials with user verification.

W3C Web Authentication level 3; no attestation is asked for: any authenticator will do.
"""

import json
import secrets
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.domain import letters
from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import factors as store
from app.accounts.store import people
from app.accounts.store.factors import Passkey
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, NotFound, Refusal

PASSKEYS_MOST = 10
NAME_MAX = 60
CREDENTIAL_MAX = 1023
Json = dict[str, object]


class PasskeyRefused(Refusal):
    """This passkey could not be added. Please try again, or with another device."""


class TooManyPasskeys(Conflict):
    """You have ten passkeys already. Remove one that you do not use any more."""


class NoSuchPasskey(NotFound):
    """This passkey is gone already."""


class Passkeys:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._codes = Codes(gatehouse)
        self._origin = gatehouse.url
        self._rp_id = urlsplit(gatehouse.url).hostname or "localhost"

    def login_options(self) -> tuple[bytes, Json]:
        """The challenge to keep, and what the browser's `get` takes."""
        challenge = secrets.token_bytes(32)
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return challenge, json.loads(webauthn.options_to_json(options))

    async def check(self, tx: Tx, challenge: bytes, answer: Json) -> AccountId | None:
        """Whose passkey answered, or None. A counter that went back is a copy of the
        key: it is refused, and the trail has it."""
        passkey = await store.lock_passkey(tx, _credential_id(answer))
        if passkey is None:
            return None
        try:
            verified = webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            if "sign count" in str(error):
                await self._note(tx, passkey.account, "factor.passkey_copied", None)
            return None
        now = self._house.clock.now()
        await store.use_passkey(tx, passkey.credential, verified.new_sign_count, now)
        return passkey.account

    async def begin(self, who: Identity) -> Json:
        """What the browser's `create` takes. Raises TooManyPasskeys."""
        challenge = secrets.token_bytes(32)
        async with self._house.db.transaction() as tx:
            known = await store.passkeys_of(tx, who.account)
            if len(known) >= PASSKEYS_MOST:
                raise TooManyPasskeys
            await store.save_challenge(tx, who.login, challenge)
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name="Module Study",
            user_id=who.account.bytes,
            user_name=who.srn,
            user_display_name=who.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=it.credential) for it in known
            ],
        )
        found: Json = json.loads(webauthn.options_to_json(options))
        return found

    async def add(self, who: Identity, answer: Json, name: str) -> None:
        """Raises PasskeyRefused; the challenge is used up either way."""
        async with self._house.db.transaction() as tx:
            challenge = await store.take_challenge(tx, who.login)
        if challenge is None:
            raise PasskeyRefused
        try:
            verified = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused from error
        passkey = Passkey(
            credential=verified.credential_id,
            account=who.account,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=_name(name),
            made_at=self._house.clock.now(),
            used_at=None,
        )
        async with self._house.db.transaction() as tx:
            await people.lock(tx, who.account)
            known = await store.passkeys_of(tx, who.account)
            if len(known) >= PASSKEYS_MOST:
                raise TooManyPasskeys
            if not await store.insert_passkey(tx, passkey):
                raise PasskeyRefused
            await self._note(tx, who.account, "factor.passkey_added", who.account)

    async def rename(self, who: Identity, credential: bytes, name: str) -> None:
        """Raises NoSuchPasskey, also for somebody else's."""
        async with self._house.db.transaction() as tx:
            if not await store.rename_passkey(tx, who.account, credential, _name(name)):
                raise NoSuchPasskey

    async def remove(self, who: Identity, credential: bytes) -> None:
        """Raises NoSuchPasskey, also for somebody else's."""
        async with self._house.db.transaction() as tx:
            if not await store.delete_passkey(tx, who.account, credential):
                raise NoSuchPasskey
            await self._note(tx, who.account, "factor.passkey_removed", who.account)

    async def _note(
        self, tx: Tx, account: AccountId, act: str, by: AccountId | None
    ) -> None:
        words = {
            "factor.passkey_added": "A passkey was added",
            "factor.passkey_removed": "A passkey was removed",
            "factor.passkey_copied": "A passkey was refused that looks like a copy",
        }
        person = await people.by_id(tx, account)
        await self._codes.tell(tx, person, letters.factor_changed(words[act]))
        now = self._house.clock.now()
        await self._house.trail.write(tx, Act(at=now, by=by, what=act, whom=account))


def _name(text: str) -> str:
    return " ".join(text.split())[:NAME_MAX] or "Passkey"


def _credential_id(answer: Json) -> bytes:
    given = answer.get("id")
    try:
        found = base64url_to_bytes(given) if isinstance(given, str) else b""
    except ValueError:
        return b""
    return found[:CREDENTIAL_MAX]
