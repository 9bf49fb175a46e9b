"""The served document, and whatever it lets one say: never an unplanned 5xx."""

import asyncio

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.http.test_policy import SRNS
from tests.http.test_ways_in import other

__all__ = ["other"]
EXAMPLES = 6
PLANNED_5XX = {503}
SKIPPED = {"/live"}
"""A socket: its messages have tests of their own."""


async def served(site) -> dict:
    return await (await site.get("/openapi.json", "application/json")).json()


async def test_the_document_names_every_route_with_what_it_takes(site):
    paths = (await served(site))["paths"]
    sitting = paths["/api/sittings"]["post"]
    body = sitting["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/OpenSitting"}
    assert sitting["x-roles"] == ["student"]
    form = paths["/login"]["post"]["requestBody"]["content"]
    assert list(form) == ["application/x-www-form-urlencoded"]
    assert paths["/staff/people/{account}"]["get"]["parameters"][0]["name"] == "account"
    undescribed = [
        path
        for path, methods in paths.items()
        for method, it in methods.items()
        if method == "get" and it["summary"].startswith("GET")
    ]
    assert undescribed == []


# The server shares this process and its `random`, which Hypothesis takes for its own.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("role", ["nobody", *SRNS])
async def test_nothing_one_can_say_breaks_it(site, role):
    """Schemathesis makes requests from the document, for each role what it may ask."""
    schema = schemathesis.openapi.from_dict(await served(site))
    loop = asyncio.get_running_loop()

    async def headers() -> dict[str, str]:
        given = {"Origin": site.url}
        if role == "nobody":
            return given
        if (await site.get("/account", allow_redirects=False)).status != 200:
            await site.log_in(SRNS[role])
        cookie = f"__Host-spom={site.cookie.value}"
        return {**given, "Cookie": cookie, "X-CSRF-Token": site.csrf}

    for result in schema.get_all_operations():
        operation = result.ok()
        raw = operation.definition.raw
        mine = role in raw["x-roles"] if "x-roles" in raw else role == "nobody"
        if not mine or operation.path in SKIPPED:
            continue
        kept = await headers()
        await loop.run_in_executor(None, fuzz, operation, site.url, kept)


def fuzz(operation, url: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def say(case) -> None:
        answer = case.call(
            base_url=url, headers=headers, allow_redirects=False, timeout=20
        )
        where = f"{operation.method} {operation.path}: {answer.status_code}"
        assert answer.status_code < 500 or answer.status_code in PLANNED_5XX, where
        documented = operation.definition.raw["responses"]
        assert str(answer.status_code) in documented, where

    say()
