"""Who loads the address of a form anew comes to the form's page, and nobody else."""

from uuid import UUID, uuid4

import pytest

from app.adapters.http import SITE
from tests.http.test_ways_in import location

SEAT = UUID(int=7)


async def got(site, path: str):
    return await site.get(path, allow_redirects=False)


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/tests/hold", "/tests"),
        (f"/tests/lines/{SEAT}/join", "/tests"),
        ("/account/devices/x/end", "/account/devices"),
        ("/electives/E1", "/"),
        ("/logout", "/"),
        (f"/staff/door/absent/{SEAT}", "/staff/door/absent"),
    ],
)
async def test_a_form_leads_to_its_page(site, form, page):
    assert location(await got(site, form)) == page


async def test_the_form_to_move_a_seat_leads_to_the_seat(site):
    await site.log_in("ASHA001")
    assert location(await got(site, f"/tests/seats/{SEAT}/move")) == (
        f"/tests/seats/{SEAT}"
    )


@pytest.mark.parametrize("odd", ["a%0d%0aSet-Cookie:%20x=y", "a%3Fb", "a%25b", "a%2Fb"])
async def test_what_was_asked_stays_as_it_was_written(site, odd):
    answer = await got(site, f"/tests/seats/{odd}/pay")
    assert answer.status == 303
    assert answer.headers["Location"].lower() == f"/tests/seats/{odd}".lower()
    assert "Set-Cookie" not in answer.headers


async def test_nothing_but_a_form_leads_anywhere(app_server, site):
    path = "/payments/anybody/webhook"
    assert (await got(site, path)).status == 405
    app_server.app[SITE].outside.add("/tests/hold")
    assert (await got(site, "/tests/hold")).status == 405
    for path in ("/api/tests/holds", f"/api/tests/seats/{uuid4()}/pay"):
        assert (await got(site, path)).status == 405
    assert (await got(site, "/tests/nothing/here")).status == 404
