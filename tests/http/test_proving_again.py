"""Where a form leads that is sent when the proof is too old."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http.conftest import PASSWORD
from tests.http.test_ways_in import location

LONG_AGO = "UPDATE login SET proved_at = now() - interval '11 minutes'"
IMPORT = "/staff/bank/import"


@pytest.fixture
async def admin(site, database):
    """Logged in, and asked for a proof by what needs one."""
    await site.log_in("ADMIN1")
    async with database.transaction() as tx:
        await tx.execute(LONG_AGO)
    return site


async def sent_from(site, referer: str | None) -> str:
    """The page to come back to."""
    told = {} if referer is None else {"Referer": referer}
    answer = await site.client.post(
        "/staff/notices",
        data={"csrf_token": site.csrf},
        headers={"Origin": site.url, "Accept": "text/html", **told},
        allow_redirects=False,
    )
    path, _, query = location(answer).partition("?")
    assert path == "/prove"
    return parse_qs(query)["next"][0]


@pytest.mark.parametrize(
    ("page", "back"),
    [
        (f"{IMPORT}?module=SCPM", f"{IMPORT}?module=SCPM"),
        ("/staff/people?q=a%26b&page=2", "/staff/people?q=a%26b&page=2"),
        ("/staff/notices?", "/staff/notices"),
        ("/staff/notices?said=done", "/staff/notices"),
        ("/staff/slots?made=3&month=2027-01", "/staff/slots?month=2027-01"),
        ("/staff/slots?saids=1", "/staff/slots?saids=1"),
        ("", "/"),
    ],
)
async def test_a_form_comes_back_to_its_page_with_its_query(admin, page, back):
    """But not with what the page said of an act before."""
    assert await sent_from(admin, f"{admin.url}{page}") == back


@pytest.mark.parametrize(
    "referer",
    [None, "", "http://[", "about:blank", "http://localhost//evil.example/?a=b"],
)
async def test_what_is_no_page_of_ours_is_the_start_page(admin, referer):
    assert await sent_from(admin, referer) == "/"


async def test_after_the_proof_the_page_comes_with_its_query(admin):
    back = await sent_from(admin, f"{admin.url}{IMPORT}?module=SCPM")
    await admin.get("/prove", params={"next": back}, allow_redirects=False)
    page = await (await admin.get("/login/second")).text()
    assert f'data-back="{IMPORT}?module=SCPM"' in page
    right = await admin.send("/login/second/password", given=PASSWORD)
    assert location(right) == f"{IMPORT}?module=SCPM"


async def test_a_page_knows_whether_the_proof_is_fresh(admin, database):
    assert "data-proved" not in await (await admin.get("/staff/notices")).text()
    async with database.transaction() as tx:
        await tx.execute("UPDATE login SET proved_at = now()")
    assert "data-proved" in await (await admin.get("/staff/notices")).text()


async def test_a_log_in_is_no_page_that_asks_for_a_proof(site):
    """So nothing that was filled in before it is put back after it."""
    await site.send("/login", srn="ADMIN1", password=PASSWORD)
    page = await (await site.get("/login/second")).text()
    assert "One more step" in page
    assert "data-back" not in page


@pytest.mark.parametrize("target", ["//[", "http://["])
async def test_an_address_that_cannot_be_read_is_no_fault(admin, target):
    answer = await admin.get("/prove", params={"next": target}, allow_redirects=False)
    assert urlsplit(location(answer)).path == "/login/second"
