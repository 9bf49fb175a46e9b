"""The app shows its figures on an address of their own, and to nobody else."""

import aiohttp
from aiohttp.test_utils import TestServer

from app.main import build
from tests.house import free_port


async def test_the_app_tells_figures_beside_its_pages_and_not_among_them(
    database, redis, accounts, app_settings
):
    port = free_port()
    settings = app_settings.model_copy(update={"metrics": f"127.0.0.1:{port}"})
    server = TestServer(build(settings), host="localhost", port=settings.app_port)
    async with server, aiohttp.ClientSession() as http:
        pages, figures = f"http://localhost:{server.port}", f"http://127.0.0.1:{port}"
        for address in (f"{pages}/login", f"{figures}/readyz"):
            async with http.get(address) as answer:
                assert answer.status == 200
        async with http.get(f"{pages}/metrics") as answer:
            assert answer.status == 404
        async with http.get(f"{figures}/metrics") as answer:
            text = await answer.text()
    assert 'spom_http_request_seconds_count{method="GET",route="/login",' in text
    assert 'route="nowhere",status="4xx"' in text
    assert "spom_loop_lag_seconds" in text
