"""A scripted proctor comes in where nobody is shown codes."""

import pytest

from app.accounts.service.people import People
from app.adapters.clock import AnchoredClock
from tests.http.conftest import PASSWORD
from workers.loadtest.authenticators import Authenticator, give_authenticator
from workers.loadtest.visitor import LoginFailed, Visitor


async def no_code(_: object) -> str:
    return "000000"


async def test_a_scripted_proctor_logs_in_with_an_authenticator_app(site, gatehouse):
    proctor = await People(gatehouse).find("PROCTOR1")
    app = Authenticator(
        await give_authenticator(gatehouse, proctor), AnchoredClock().now
    )
    asked = {"url": site.url, "srn": "PROCTOR1", "password": PASSWORD}
    without = Visitor(**asked, read_code=no_code)
    with_app = Visitor(**asked, read_code=app, way="totp")
    try:
        with pytest.raises(LoginFailed):
            await without.log_in()
        await with_app.log_in()
        assert with_app.csrf
    finally:
        await without.leave()
        await with_app.leave()
