"""Puts the services of accounts together for the application."""

from pathlib import Path

from aiohttp import web

from app.accounts.service.activation import Activation
from app.accounts.service.captures import Captures
from app.accounts.service.consents import Consents
from app.accounts.service.contacts import Contacts
from app.accounts.service.enrolments import Enrolments
from app.accounts.service.factors import Factors
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.helpdesk import Helpdesk
from app.accounts.service.logins import Logins
from app.accounts.service.passkey_steps import PasskeySteps
from app.accounts.service.passkeys import Passkeys
from app.accounts.service.passwords import PasswordChoice
from app.accounts.service.people import People
from app.accounts.service.renewal import Renewal
from app.accounts.service.requests import Requests
from app.accounts.service.resets import Resets
from app.accounts.service.roles import Roles
from app.accounts.service.roster import Roster
from app.accounts.service.steps import Steps
from app.accounts.service.ways_in import WaysIn
from app.accounts.views import consents, guard, kit, security, staff_kit
from app.adapters.places import Places
from app.adapters.signing import Signer
from app.adapters.throttle import Throttle


def wire(
    app: web.Application,
    gatehouse: Gatehouse,
    throttle: Throttle,
    signer: Signer,
    places: Path,
) -> None:
    """Everything that the views of accounts find in the application."""
    app[guard.LOGINS] = Logins(gatehouse)
    app[guard.POLICY] = gatehouse.policy
    app[guard.CLOCK] = gatehouse.clock
    factors, passkeys = Factors(gatehouse), Passkeys(gatehouse)
    app[security.FACTORS], app[security.PASSKEYS] = factors, passkeys
    app[consents.SIGNER] = signer
    app[consents.CONSENTS] = Consents(gatehouse, signer)
    app[kit.STEPS] = Steps(gatehouse, factors)
    app[kit.WAYS_IN] = WaysIn(gatehouse, throttle)
    app[kit.PASSKEY_STEPS] = PasskeySteps(gatehouse, throttle, passkeys)
    app[kit.ACTIVATION] = Activation(gatehouse, throttle)
    app[kit.RESETS] = Resets(gatehouse, throttle)
    app[kit.RENEWAL] = Renewal(gatehouse)
    app[kit.CONTACTS] = Contacts(gatehouse, throttle)
    app[kit.PEOPLE] = People(gatehouse)
    app[kit.PASSWORDS] = PasswordChoice(gatehouse)
    app[kit.PLACES] = Places(places)
    app[staff_kit.CAPTURES] = Captures(gatehouse)
    app[staff_kit.ENROLMENTS] = Enrolments(gatehouse)
    app[staff_kit.HELPDESK] = Helpdesk(gatehouse)
    app[staff_kit.REQUESTS] = Requests(gatehouse, throttle)
    app[staff_kit.ROLES] = Roles(gatehouse)
    app[staff_kit.ROSTER] = Roster(gatehouse)
