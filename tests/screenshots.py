"""`make screenshots`: the README's pictures, from a real house and a real Chromium."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from app.adapters.embedded import start_postgres, start_valkey
from app.adapters.migrations import migrate
from tests.browsing import chromium, log_in
from tests.exam_pictures import picture_exam
from tests.house import ROOT, House
from workers.demo_faces import demo_pictures
from workers.loadtest.clips import Scene, make_clip

SLOW = 30_000
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
LEARNING = [
    "consent",
    "account/consent",
    "check",
    "hours",
    "help",
    "status",
    "tests",
    "tests/book/CEL",
    "study/SCPM/activities-drive-costs",
    "study/CEL/directors-and-their-duties",
]
STUDIED = """
    WITH one AS (
        INSERT INTO sitting (sitting_id, account_id, module_code, state, reason, epoch,
            opened_at, ended_at)
        SELECT gen_random_uuid(), account_id, module, 'ended', 'finished', 1, day,
            day + interval '3 hours'
        FROM account, generate_series(now() - interval '150 days',
            now() - interval '1 day', interval '31 hours') AS day,
            (VALUES ('CEL'), ('SCPM')) AS m (module)
        WHERE srn = 'CHITRA003'
          AND (extract(doy FROM day)::int % 2 = 0) = (module = 'CEL')
        RETURNING *)
    INSERT INTO stretch (sitting_id, account_id, module_code, started_at, ended_at,
        state, void_reason)
    SELECT sitting_id, account_id, module_code, opened_at + n * interval '10 minutes',
        opened_at + (n + 1) * interval '10 minutes',
        CASE WHEN (extract(doy FROM opened_at)::int + n) % 17 = 0 THEN 'void'
            ELSE 'confirmed' END,
        CASE WHEN (extract(doy FROM opened_at)::int + n) % 17 = 0 THEN 'no_face' END
    FROM one, generate_series(0, 2 + extract(doy FROM opened_at)::int % 5) AS n"""
"""Half a year of one student, for the calendar: pictures show it, nothing judges it."""
LOOKS = [("", WIDE, "light"), ("-dark", WIDE, "dark"), ("-narrow", NARROW, "light")]


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        postgres, valkey = start_postgres(scratch, durable=False), start_valkey(scratch)
        asyncio.run(migrate(postgres.url()))
        house = House(scratch, postgres.url(), valkey.url)
        try:
            house.start_all()
            asyncio.run(picture_all(house, scratch, folder))
        finally:
            house.stop_all()
            valkey.stop()
            postgres.stop()


async def picture_all(house: House, scratch: Path, folder: Path) -> None:
    """The student's page and the wall; the rest, for looking at, beside the clips."""
    looks = ROOT / "var" / "screenshots"
    looks.mkdir(parents=True, exist_ok=True)
    await house.value(f"{STUDIED} RETURNING 1")
    asha, ben = (demo_pictures()[who] for who in ("asha", "ben"))
    right = make_clip(scratch / "right.mjpeg", [Scene(picture=asha, seconds=4)])
    # Esha's account, Ben's face: this one needs a proctor.
    wrong = make_clip(scratch / "wrong.mjpeg", [Scene(picture=ben, seconds=4)])
    async with chromium(right) as browser, chromium(wrong) as other:
        student = await studying(browser, house, "ASHA001", "It is you")
        stranger = await studying(other, house, "ESHA005", "Paused")
        await asyncio.sleep(8)
        await student.screenshot(path=folder / "study.png")
        await stranger.screenshot(path=looks / "study-not-recognised.png")
        for name, viewport, scheme in LOOKS:
            context = await browser.new_context(
                viewport=viewport, color_scheme=scheme, reduced_motion="reduce"
            )
            await picture_pages(await context.new_page(), house.url, looks, name)
            await context.close()
    async with chromium(right) as browser:
        await picture_exam(browser, house, "ASHA001", looks)
    for word in ("wall", "login", "dashboard", "check", "exam"):
        shutil.copy(looks / f"{word}.png", folder / f"{word}.png")
    shutil.copy(looks / "tests-book-CEL.png", folder / "booking.png")


async def studying(browser: Browser, house: House, srn: str, title: str) -> Page:
    page = await (await browser.new_context(viewport=WIDE)).new_page()
    await log_in(page, house.url, srn)
    await page.goto(f"{house.url}/study/CEL")
    await page.get_by_test_id("start").click()
    await expect(page.get_by_test_id("state-title")).to_contain_text(
        title, timeout=SLOW
    )
    return page


async def picture_pages(page: Page, url: str, folder: Path, name: str) -> None:
    for path in ("login", "login/code", "activate", "register", "forgot", "outbox"):
        await page.goto(f"{url}/{path}")
        await page.screenshot(path=folder / f"{path.replace('/', '-')}{name}.png")
    await log_in(page, url, "ADMIN1")
    for path in (
        "",
        "/people?q=a",
        "/requests",
        "/roster",
        "/roles",
        "/notices",
        "/windows",
        "/centres",
        "/slots",
        "/slots/new",
        "/bookings",
    ):
        await page.goto(f"{url}/staff{path}")
        word = path.strip("/").split("?")[0].replace("/", "-") or "start"
        await page.screenshot(path=folder / f"staff-{word}{name}.png", full_page=True)
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("link", name="BEN002").click()
    await page.screenshot(path=folder / f"staff-person{name}.png", full_page=True)
    await page.context.clear_cookies()
    await log_in(page, url, "PROCTOR1")
    await page.wait_for_selector(".row")
    await page.screenshot(path=folder / f"wall{name}.png")
    await page.context.clear_cookies()
    await log_in(page, url, "CHITRA003")
    await page.wait_for_selector("[data-part=next]:not([hidden])")
    top = {"x": 0, "y": 0, "width": 1280, "height": 1340}
    shown = {"clip": top} if name == "" else {}
    await page.screenshot(path=folder / f"dashboard{name}.png", full_page=True, **shown)
    for path in ("account", "account/security", "account/devices"):
        await page.goto(f"{url}/{path}")
        shot = folder / f"{path.replace('/', '-')}{name}.png"
        await page.screenshot(path=shot, full_page=True)
    for path in LEARNING:
        await page.goto(f"{url}/{path}")
        shot = folder / f"{path.split('?')[0].replace('/', '-') or 'start'}{name}.png"
        await page.screenshot(path=shot, full_page=True)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    main(target)
