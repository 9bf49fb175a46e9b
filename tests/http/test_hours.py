"""Hours on paper: the page, signed files, letters, and who may see or change what."""

import re
from datetime import timedelta

import pytest

from app.adapters.clock import AnchoredClock
from app.adapters.signing import Signer
from app.proctoring.domain.policy import Policy
from app.proctoring.ledger.mailing import Mailing
from app.proctoring.ledger.paper import fingerprint
from app.proctoring.ledger.service import Ledger
from app.proctoring.ledger.sheet import is_genuine
from tests.http.test_staff import account_of, trail
from tests.http.test_ways_in import location, other

__all__ = ["other"]
SIGNER = Signer("s" * 40)
WHY = "The camera of the hall broke."


@pytest.fixture
async def studied(database, accounts, app_server):
    """Asha: ten minutes confirmed, five void, four still provisional; all of today."""
    asha = await account_of(database, "ASHA001")
    now = AnchoredClock().now() - timedelta(hours=2)
    async with database.transaction() as tx:
        sitting = await tx.fetchval(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, reason,
                   epoch, opened_at, ended_at)
               VALUES (gen_random_uuid(), $1, 'CEL', 'ended', 'finished', 1, $2, $2)
               RETURNING sitting_id""",
            asha,
            now,
        )
        pieces = [
            (0, 10, "confirmed", None),
            (10, 5, "void", "no_face"),
            (20, 4, "provisional", None),
        ]
        for minute in (0, 10, 20):
            at = now + timedelta(minutes=minute)
            await tx.execute(
                """INSERT INTO look (look_id, sitting_id, why, due_at, attempts,
                       asked_at, judged_at, verdict)
                   VALUES (gen_random_uuid(), $1, 'start', $2, 1, $2, $2, 'match')""",
                sitting,
                at,
            )
        for minute, length, state, reason in pieces:
            since = now + timedelta(minutes=minute)
            await tx.execute(
                """INSERT INTO stretch (sitting_id, account_id, module_code, started_at,
                       ended_at, state, void_reason)
                   VALUES ($1, $2, 'CEL', $3, $4, $5, $6)""",
                sitting,
                asha,
                since,
                since + timedelta(minutes=length),
                state,
                reason,
            )
        topic = await tx.fetchval(
            "SELECT code FROM topic WHERE module_code = 'CEL' ORDER BY position LIMIT 1"
        )
        await tx.execute(
            "INSERT INTO reading VALUES ($1, $2, $3)",
            sitting,
            now + timedelta(minutes=2),
            topic,
        )
    return asha


async def text_of(site, path: str) -> str:
    answer = await site.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def ask(site, account: str, minutes: str = "30", **more: str):
    given = {"module": "CEL", "minutes": minutes, "reason": WHY, "stretch": "", **more}
    return await site.send(f"/staff/people/{account}/hours/corrections", **given)


async def waiting(site) -> list[str]:
    page = await text_of(site, "/staff/corrections")
    return re.findall(r"/staff/corrections/([\w-]{36})/approve", page)


# --- what a student sees -------------------------------------------------------------


async def test_the_page_says_of_every_stretch_whether_it_counts_and_why(site, studied):
    await site.log_in("ASHA001")
    page = await text_of(site, "/hours")
    assert page.count("data-stretch=") == 3
    assert "10 min 00 s" in page
    assert "Nobody was seen in front of the camera." in page
    assert "It waits for the next passed look" in page
    assert 'class="topic-part"' in page
    assert "style=" not in page
    for strange in ("2020-13", "0000-00", "x", "2026-01&module=%00"):
        assert (await site.get(f"/hours?month={strange}")).status == 200


async def test_the_dashboard_has_the_latest_parts_and_a_calendar_in_words(
    site, studied
):
    await site.log_in("ASHA001")
    page = await text_of(site, "/")
    assert "What you studied last" in page
    assert page.count("<rect") >= 25 * 7
    assert "10 min 00 s confirmed" in page
    assert "style=" not in page


async def test_somebody_without_hours_gets_an_empty_statement(site):
    await site.log_in("BEN002")
    assert "No time yet." in await text_of(site, "/hours")
    assert (await site.get("/hours.pdf")).status == 200
    assert "Nothing yet." in await text_of(site, "/")


async def test_the_csv_is_exact_and_a_changed_byte_is_found(site, studied):
    await site.log_in("ASHA001")
    answer = await site.get("/hours.csv")
    assert answer.headers["Content-Disposition"].endswith('"hours-ASHA001.csv"')
    sealed = await answer.read()
    assert b",600.000000,confirmed," in sealed
    assert b",480.000000,confirmed," in sealed  # the part with its topic
    assert sealed.splitlines()[-1].startswith(b"# signature: ")
    assert is_genuine(sealed, SIGNER)
    for at in range(0, len(sealed) - 8, 7):
        forged = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert not is_genuine(forged, SIGNER), at
    assert not is_genuine(sealed, Signer("t" * 40))


async def test_the_pdf_carries_the_signed_csv_and_says_its_fingerprint(site, studied):
    await site.log_in("ASHA001")
    answer = await site.get("/hours.pdf")
    paper = await answer.read()
    assert answer.content_type == "application/pdf"
    assert paper.startswith(b"%PDF-")
    assert b"/EmbeddedFile" in paper
    found = re.search(rb"kind,id,module.*?# signature: \S+\n", paper, re.S)
    assert is_genuine(found[0], SIGNER)
    assert len(fingerprint(found[0]).split()) == 5


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "आशा राव",
        "名前 עברית عربى",
        "😀🏽\u200d\u202eabc",
        "a" * 4000,
        "e\u0301\x01\x7f",
        "\U0010ffff \ufffe",
    ],
)
async def test_no_name_breaks_paper_or_sheet(site, database, studied, name):
    await site.log_in("ASHA001")
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET name = $1 WHERE srn = 'ASHA001'", name)
    assert (await (await site.get("/hours.pdf")).read()).startswith(b"%PDF-")
    sealed = await (await site.get("/hours.csv")).read()
    assert is_genuine(sealed, SIGNER)
    assert b",=1" not in sealed


# --- corrections ---------------------------------------------------------------------


async def test_two_people_correct_hours_and_the_student_reads_why(
    site, other, database, studied
):
    await site.log_in("HELP1")
    answer = await ask(site, studied)
    assert location(answer) == f"/staff/people/{studied}/hours?said=done"
    page = await text_of(site, "/staff/corrections")
    assert "a colleague decides" in page
    assert await waiting(site) == []
    await other.log_in("ADMIN1")
    [one] = await waiting(other)
    refused = await site.send(f"/staff/corrections/{one}/approve")
    assert refused.status == 403
    answer = await other.send(f"/staff/corrections/{one}/approve")
    assert location(answer) == "/staff/corrections?said=done"
    again = await other.send(f"/staff/corrections/{one}/approve")
    assert again.status == 404
    assert [it for it in await trail(database) if "correction" in it] == [
        "correction.asked",
        "correction.approved",
    ]
    [letter, *_] = await site.letters("asha001@example.org")
    assert letter["kind"] == "hours_corrected"
    assert WHY in letter["text"]
    await other.log_in("ASHA001")
    page = await text_of(other, "/hours")
    assert "30 min 00 s added" in page
    assert WHY in page
    assert "asked by the helpdesk, approved by an admin" in page
    assert "Hari" not in page
    assert "40 min 00 s" in page


async def test_a_proctor_asks_and_sees_no_more_than_the_form(site, studied):
    await site.log_in("PROCTOR1")
    form = f"/staff/people/{studied}/hours/corrections"
    assert "Correct hours" in await text_of(site, form)
    answer = await ask(site, studied, "-5")
    assert location(answer) == f"{form}?said=done"
    assert (await site.get(f"/staff/people/{studied}/hours")).status == 403
    assert (await site.get("/staff/corrections")).status == 403


async def test_more_than_there_is_cannot_be_taken_away(site, other, studied):
    await site.log_in("HELP1")
    await ask(site, studied, "-11")
    await other.log_in("ADMIN1")
    [one] = await waiting(other)
    answer = await other.send(f"/staff/corrections/{one}/approve")
    assert answer.status == 409
    assert "More would be taken away" in await answer.text()
    await other.send(f"/staff/corrections/{one}/refuse")
    assert await waiting(other) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "0"},
        {"minutes": "9999"},
        {"minutes": "x"},
        {"reason": "short"},
        {"reason": "null \x00 null null"},
        {"module": "NONE"},
        {"stretch": "999999999999999"},
        {"stretch": "-1"},
    ],
)
async def test_what_cannot_be_asked_is_said_on_the_form(site, studied, wrong):
    await site.log_in("HELP1")
    answer = await ask(site, studied, **wrong)
    assert answer.status == 400
    assert 'role="alert"' in await answer.text()


async def test_hours_of_others_are_not_to_be_had(site, database, studied):
    await site.log_in("BEN002")
    assert "data-stretch" not in await text_of(site, "/hours")
    for path in (f"/staff/people/{studied}/hours", "/staff/corrections"):
        assert (await site.get(path)).status == 403
    assert (await ask(site, studied)).status == 403
    await site.log_in("HELP1")
    assert "data-stretch" in await text_of(site, f"/staff/people/{studied}/hours")
    assert (await site.get("/hours")).status == 403
    admin = await account_of(database, "ADMIN1")
    assert (await site.get(f"/staff/people/{admin}/hours")).status == 403
    assert (await site.get("/staff/people/nobody/hours")).status == 404


async def test_start_and_person_lead_to_corrections(site, studied):
    await site.log_in("HELP1")
    assert "/staff/corrections" in await text_of(site, "/staff")
    person = await text_of(site, f"/staff/people/{studied}")
    assert f"/staff/people/{studied}/hours" in person


# --- by mail -------------------------------------------------------------------------


async def test_a_daily_statement_comes_once_and_can_be_ended(
    site, database, gatehouse, studied
):
    await site.log_in("ASHA001")
    for _ in range(2):
        answer = await site.send("/hours/mail", wanted="true")
        assert location(answer) == "/hours/mail?said=saved"
    assert "Send no more" in await text_of(site, "/hours/mail")
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE account SET statement_day = statement_day - 3,
                   statement_due_at = now() - interval '1 minute'
               WHERE statement_mail"""
        )
        # So that the day of the stretches is over, whatever time it is now.
        await tx.execute("ALTER TABLE stretch DISABLE TRIGGER USER")
        await tx.execute(
            """UPDATE stretch SET started_at = started_at - interval '1 day',
                   ended_at = ended_at - interval '1 day'"""
        )
    mailing = Mailing(gatehouse, Ledger(gatehouse, Policy()), SIGNER)
    first, second = await mailing.send_due(), await mailing.send_due()
    assert first in (1, 2)  # two, when the stretches lie on both sides of midnight
    assert second == 0
    letters = await site.letters("asha001@example.org")
    told = [it for it in letters if it["kind"] == "daily_statement"]
    assert len(told) == first
    assert all(is_genuine(it["text"].encode(), SIGNER) for it in told)
    await site.send("/hours/mail", wanted="false")
    assert "Send them to me" in await text_of(site, "/hours/mail")
    assert (await site.send("/hours/mail", wanted="perhaps")).status == 400
