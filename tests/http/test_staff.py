"""Helpdesk and admins: rosters, requests, unlocking, roles; all of it in the trail."""

import base64
import json

import pytest
from aiohttp import FormData

from app.accounts.domain.roster import read_csv
from app.accounts.service.roster import Roster
from tests.http.conftest import MOBILES, PASSWORD, PHOTO
from tests.http.test_ways_in import guess, is_in, location, other

__all__ = ["other"]
ROSTER = "srn,name,email,mobile\nNEW007,Nila Das,nila@example.org,9876500077\n"


async def account_of(database, srn: str) -> str:
    async with database.connection() as tx:
        return str(
            await tx.fetchval("SELECT account_id FROM account WHERE srn = $1", srn)
        )


async def trail(database) -> list[str]:
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT what FROM audit_event ORDER BY seq")
    return [row["what"] for row in rows]


async def upload(site, path: str, fields: dict, **files: tuple[str, bytes]):
    form = FormData()
    for name, text in {**fields, "csrf_token": site.csrf}.items():
        form.add_field(name, text)
    for name, (filename, data) in files.items():
        form.add_field(
            name, data, filename=filename, content_type="application/octet-stream"
        )
    headers = {"Origin": site.url, "Accept": "text/html"}
    return await site.client.post(
        path, data=form, headers=headers, allow_redirects=False
    )


async def send_roster(site, text: str, act: str):
    file = ("roster.csv", text.encode())
    return await upload(site, "/staff/roster", {"act": act}, roster=file)


# --- rosters ----------------------------------------------------------------------


async def test_a_roster_is_checked_then_imported_and_the_same_again_changes_nothing(
    site, database
):
    await site.log_in("HELP1")
    checked = await (await send_roster(site, ROSTER, "check")).text()
    assert "All of it is right" in checked
    assert await account_of(database, "NEW007") == "None"
    assert "Imported" in await (await send_roster(site, ROSTER, "import")).text()
    again = await (await send_roster(site, ROSTER, "import")).text()
    assert "<dt>The same</dt><dd>1</dd>" in again
    assert "roster.imported" in await trail(database)
    await site.send("/activate", srn="new007", channel="sms")
    assert await site.newest_code("+919876500077")


async def test_one_wrong_line_imports_nothing_and_is_named(site, database):
    await site.log_in("ADMIN1")
    wrong = ROSTER + "NEW008,Other,nobody,\n"
    page = await (await send_roster(site, wrong, "import")).text()
    assert "Nothing was imported" in page
    assert "<td>3</td><td>email</td>" in page
    assert await account_of(database, "NEW007") == "None"


async def test_the_api_imports_with_photos_and_names_what_is_wrong(site, database):
    await site.log_in("HELP1")
    photo = base64.b64encode(PHOTO).decode()
    student = {"srn": "NEW007", "name": "Nila", "email": "n@example.org"}
    body = {"students": [{**student, "photo": photo}]}
    answer = await site.post("/api/roster", {**body, "dry_run": True})
    assert (answer.status, (await answer.json())["new"]) == (200, 1)
    answer = await site.post("/api/roster", body)
    assert (await answer.json())["photos"] == 1
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM profile_photo") == 2
    wrong = {"students": [student, {**student, "photo": "no base64!"}]}
    answer = await site.post("/api/roster", wrong)
    problems = (await answer.json())["problems"]
    assert answer.status == 422
    assert {(it["line"], it["column"]) for it in problems} == {(2, "srn"), (2, "photo")}


async def test_a_roster_never_overwrites_what_a_student_confirmed(site, database):
    await site.log_in("HELP1")
    text = "srn,name,email,mobile\nASHA001,Asha R.,other@example.org,\n"
    page = await (await send_roster(site, text, "import")).text()
    assert "1 confirmed a contact themselves" in page
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT name, email FROM account WHERE srn = 'ASHA001'")
    assert tuple(row) == ("Asha R.", "asha001@example.org")


async def test_twenty_thousand_students_are_imported_in_one_go(gatehouse, accounts):
    lines = (f"S{n:06},Name {n},s{n}@example.org," for n in range(20_000))
    text = "srn,name,email,mobile\n" + "\n".join(lines)
    roster = Roster(gatehouse)
    report = await roster.take(read_csv(text.encode()), {}, None, dry_run=False)
    assert (report.new, report.problem_count) == (20_000, 0)
    again = await roster.take(read_csv(text.encode()), {}, None, dry_run=False)
    assert (again.same, again.new, again.changed) == (20_000, 0, 0)


# --- registrations and photos -----------------------------------------------------


async def register(site, **changes: str):
    given = {
        "name": "Nila Das",
        "srn": "",
        "email": "nila@example.org",
        "mobile": "98765 00077",
    }
    photo = ("me.jpg", PHOTO)
    return await upload(site, "/register", {**given, **changes}, photo=photo)


async def test_a_registration_waits_for_the_helpdesk_and_then_activates(
    site, other, database
):
    assert location(await register(site)) == "/register/done"
    await other.log_in("HELP1")
    page = await (await other.get("/staff/requests")).text()
    assert "Nila Das" in page
    async with database.connection() as tx:
        one = await tx.fetchval("SELECT registration_id FROM registration")
    picture = await other.get(f"/staff/requests/{one}/photo")
    assert await picture.read() == PHOTO
    assert "photo.seen" in await trail(database)
    taken = await other.send(f"/staff/requests/{one}/approve", srn="ASHA001")
    assert taken.status == 409
    await other.send(f"/staff/requests/{one}/approve", srn="new077")
    twice = await other.send(f"/staff/requests/{one}/approve", srn="new078")
    assert twice.status == 404
    letters = await other.letters("nila@example.org")
    assert "NEW077" in letters[0]["text"]
    await site.send("/activate", srn="NEW077", channel="email")
    code = await site.newest_code("nila@example.org")
    await site.send("/activate/code", code=code)
    await site.send("/activate/password", password="seven calm blue herons")
    assert await is_in(site)


async def test_registering_again_or_as_somebody_known_gives_the_same_answer(site):
    first = await register(site)
    again = await register(site)
    known = await register(site, email="asha001@example.org")
    assert location(first) == location(again) == location(known) == "/register/done"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"email": "x"}, {"mobile": "1"}, {"srn": "?"}]
)
async def test_a_registration_that_cannot_be_right_keeps_what_was_typed(site, wrong):
    answer = await register(site, **wrong)
    assert answer.status == 400
    if "name" not in wrong:
        assert "Nila Das" in await answer.text()


async def test_a_refused_registration_is_told_why(site, database):
    await register(site)
    await site.log_in("HELP1")
    async with database.connection() as tx:
        one = await tx.fetchval("SELECT registration_id FROM registration")
    empty = await site.send(f"/staff/requests/{one}/refuse", reason=" ")
    assert empty.status == 400
    await site.send(f"/staff/requests/{one}/refuse", reason="The photo is dark.")
    letters = await site.letters("nila@example.org")
    assert "The photo is dark." in letters[0]["text"]


async def test_a_new_photo_counts_when_a_person_has_looked(site, other, database):
    newer = PHOTO + b"newer"
    await site.log_in("ASHA001")
    answer = await upload(site, "/account/photo", {}, photo=("me.jpg", newer))
    assert location(answer) == "/account?said=asked"
    assert await (await site.get("/account/photo")).read() == PHOTO
    await other.log_in("HELP1")
    async with database.connection() as tx:
        one = await tx.fetchval("SELECT request_id FROM photo_request")
    await other.send(f"/staff/requests/{one}/photo/approve")
    assert await (await site.get("/account/photo")).read() == newer
    async with database.connection() as tx:
        references = await tx.fetchval("SELECT count(*) FROM reference")
    assert references == 0  # a worker makes it anew from the new photo
    assert "photo.approved" in await trail(database)


async def test_what_is_no_photo_is_refused(site):
    await site.log_in("ASHA001")
    answer = await upload(site, "/account/photo", {}, photo=("x.jpg", b"GIF89a" * 50))
    assert answer.status == 400


# --- helping ----------------------------------------------------------------------


async def test_the_helpdesk_finds_people_by_what_they_say(site):
    await site.log_in("HELP1")
    for text in ("asha001", "Asha", "asha001@example.org", "6500001"):
        page = await (await site.get("/staff/people", params={"q": text})).text()
        assert "Asha Rao" in page
        assert "Ben Thomas" not in page
    staff = await (await site.get("/staff/people?q=PROCTOR1")).text()
    assert "Priya Shah" not in staff
    pattern = await (await site.get("/staff/people", params={"q": "%"})).text()
    assert "Nobody is found" in pattern


async def test_the_helpdesk_unlocks(site, other, database):
    await guess(other, "ASHA001", 5)
    await site.log_in("HELP1")
    asha = await account_of(database, "ASHA001")
    page = await (await site.get(f"/staff/people/{asha}")).text()
    assert "closed after 5 wrong tries" in page
    await site.send(f"/staff/people/{asha}/unlock")
    answer = await other.send("/login", srn="ASHA001", password=PASSWORD)
    assert location(answer) == "/login/second"
    assert "account.unlocked" in await trail(database)


async def test_contacts_are_masked_until_somebody_looks_which_is_written_down(
    site, database
):
    await site.log_in("HELP1")
    asha = await account_of(database, "ASHA001")
    page = await (await site.get(f"/staff/people/{asha}")).text()
    assert MOBILES["ASHA001"] not in page
    assert "contact.seen" not in await trail(database)
    page = await (await site.send(f"/staff/people/{asha}/contacts")).text()
    assert MOBILES["ASHA001"] in page
    assert "contact.seen" in await trail(database)


async def test_a_closed_account_is_out_at_once_and_cannot_come_in(
    site, other, database
):
    await other.log_in("ASHA001")
    await site.log_in("HELP1")
    asha = await account_of(database, "ASHA001")
    await site.send(f"/staff/people/{asha}/close")
    assert not await is_in(other)
    answer = await other.send("/login", srn="ASHA001", password=PASSWORD)
    assert answer.status == 403
    await site.send(f"/staff/people/{asha}/reopen")
    answer = await other.log_in("ASHA001")
    assert location(answer) == "/"


async def test_removing_second_factors_needs_a_reason_and_tells_the_owner(
    site, database
):
    await site.log_in("HELP1")
    asha = await account_of(database, "ASHA001")
    path = f"/staff/people/{asha}/factors"
    assert (await site.send(path, reason=" ")).status == 400
    await site.send(path, reason="ID card shown on a video call")
    letters = await site.letters("asha001@example.org")
    assert letters[0]["kind"] == "factor_changed"


async def test_the_helpdesk_has_no_power_over_staff_and_nobody_over_themselves(
    site, database
):
    await site.log_in("HELP1")
    for srn in ("ADMIN1", "PROCTOR1", "HELP1"):
        account = await account_of(database, srn)
        for act in ("unlock", "close", "logins"):
            answer = await site.send(f"/staff/people/{account}/{act}")
            assert answer.status == 403, (srn, act)


async def test_a_spreadsheet_gets_no_formulas(site, database):
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET name = '=1+1' WHERE srn = 'ASHA001'")
    await site.log_in("HELP1")
    text = await (await site.get("/staff/people.csv?q=asha001")).text()
    assert "'=1+1" in text


# --- roles ------------------------------------------------------------------------


async def test_an_admin_invites_staff_who_activate_like_everybody(site, other):
    await site.log_in("ADMIN1")
    answer = await site.send(
        "/staff/roles",
        srn="PROCTOR2",
        name="Pia Roy",
        role="proctor",
        email="pia@example.org",
    )
    assert location(answer).endswith("said=invited")
    await other.send("/activate", srn="PROCTOR2", channel="email")
    code = await other.newest_code("pia@example.org")
    await other.send("/activate/code", code=code)
    await other.send("/activate/password", password="seven calm blue herons")
    assert (await other.get("/wall")).status == 200


async def test_a_change_of_role_ends_every_login_of_that_person(site, other, database):
    await other.log_in("PROCTOR1")
    await site.log_in("ADMIN1")
    account = await account_of(database, "PROCTOR1")
    await site.send(f"/staff/roles/{account}", role="helpdesk")
    assert not await is_in(other)
    await other.log_in("PROCTOR1")
    assert (await other.get("/staff")).status == 200
    assert (await other.get("/wall")).status == 403


async def test_the_last_admin_stays(site, database):
    await site.log_in("ADMIN1")
    mine = await account_of(database, "ADMIN1")
    answer = await site.send(f"/staff/roles/{mine}", role="proctor")
    assert answer.status == 403
    answer = await site.send(f"/staff/people/{mine}/close")
    assert answer.status == 403


async def test_every_act_of_this_file_leaves_a_whole_trail(site, database, gatehouse):
    await site.log_in("ADMIN1")
    asha = await account_of(database, "ASHA001")
    await site.send(f"/staff/people/{asha}/logins")
    verifier = await gatehouse.trail.verify(database)
    assert verifier.problems == []
    assert verifier.checked >= 2
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT details FROM audit_event")
    words = json.dumps([row["details"] for row in rows])
    assert "Asha" not in words
    assert "@" not in words
