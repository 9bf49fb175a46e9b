"""The outbox page: there in development, and nowhere else."""

from aiohttp.test_utils import TestServer

from app.main import build
from tests.house import free_port
from tests.http.conftest import MOBILES


async def test_a_code_can_be_read_there(site):
    await site.send("/login/code", named="ASHA001")
    code = await site.newest_code(MOBILES["ASHA001"])
    page = await (await site.get("/outbox")).text()
    assert f'data-testid="code">{code}<' in page
    assert "nothing leaves this machine" in page


async def test_only_our_own_links_can_be_clicked(site):
    await site.send("/forgot", srn="ASHA001")
    page = await (await site.get("/outbox")).text()
    assert f'<a href="{site.url}/reset#' in page


async def test_in_production_there_is_no_such_page(app_settings, accounts, redis):
    settings = app_settings.model_copy(
        update={"development": False, "app_port": free_port()}
    )
    server = TestServer(build(settings), host="localhost", port=settings.app_port)
    async with server:
        paths = {route.resource.canonical for route in server.app.router.routes()}
    assert not {path for path in paths if path.startswith("/outbox")}
