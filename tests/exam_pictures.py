"""Pictures of a test that is sat: before, on the paper, and its result."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser, Page, expect

from app.adapters import db
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from tests.browsing import log_in
from tests.house import House
from tests.http.exam_hall import MODULE, put_seat
from tests.stores.exam_world import put_bank, put_blueprint

SLOW = 30_000
TAG = "overheads"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
ACCOUNT = "SELECT account_id FROM account WHERE srn = $1"


def _options(*texts: str, right: set[int]) -> tuple[Option, ...]:
    return tuple(Option(text=it, is_right=n in right) for n, it in enumerate(texts))


BANK = [
    Question(
        name="Rate",
        kind=QuestionKind.SINGLE,
        text="A cost pool of ₹3,60,000 serves 1,200 set-ups. "
        r"What is the activity rate $r = \frac{C}{n}$?",
        options=_options("₹30 a set-up", "₹300 a set-up", "₹432 a set-up", right={1}),
        tags=(TAG,),
    ),
    Question(
        name="Drivers",
        kind=QuestionKind.MULTIPLE,
        text="Which of these drive costs at the level of a batch?",
        options=_options(
            "Set-ups",
            "Machine hours",
            "Inspections of the first piece",
            "Rent of the plant",
            right={0, 2},
        ),
        tags=(TAG,),
    ),
    Question(
        name="Points",
        kind=QuestionKind.NUMERIC,
        text="Fixed costs are ₹90,000, a unit sells at ₹50 and costs ₹32. "
        "From how many units on is there a profit?",
        spans=(Span(low=Decimal(5000), high=Decimal(5000)),),
        tags=(TAG,),
    ),
]


async def picture_exam(browser: Browser, house: House, srn: str, looks: Path) -> None:
    """exam-before, exam and result, each wide, dark and narrow."""
    page = await (await browser.new_context(viewport=WIDE)).new_page()
    await log_in(page, house.url, srn)
    await page.goto(f"{house.url}/exam?seat={await _put_seat(house, srn)}")
    await expect(page.get_by_test_id("open")).to_be_enabled()
    await _picture(page, looks, "exam-before")
    await page.get_by_test_id("open").click()
    number = page.get_by_test_id("number-of")
    await expect(number).to_contain_text("Question 1", timeout=SLOW)
    for place in range(1, len(BANK) + 1):
        await expect(number).to_contain_text(f"Question {place}")
        field = page.get_by_test_id("number")
        if await field.is_visible():
            await field.fill("5000")
            await page.get_by_test_id("flag").check()
        else:
            await page.locator(".exam-option input").nth(1).check()
        if place < len(BANK):
            await page.get_by_test_id("next").click()
    while not await page.locator(".katex").first.is_visible():
        await page.keyboard.press("p")
        await page.wait_for_timeout(100)
    await expect(page.get_by_test_id("saved")).to_have_text("All answers saved")
    await _picture(page, looks, "exam")
    await page.get_by_test_id("hand-in").click()
    await page.get_by_test_id("sure").click()
    await page.get_by_test_id("result").click()
    await _picture(page, looks, "result")


async def _put_seat(house: House, srn: str) -> UUID:
    database = await db.connect(house.database_url, size=1)
    try:
        await put_bank(database, MODULE, BANK)
        parts = [{"tag": TAG, "count": len(BANK)}]
        await put_blueprint(database, MODULE, parts=parts)
        return await put_seat(database, UUID(str(await house.value(ACCOUNT, srn))))
    finally:
        await database.close()


async def _picture(page: Page, looks: Path, word: str) -> None:
    for name, size, scheme in (
        ("-dark", WIDE, "dark"),
        ("-narrow", NARROW, "light"),
        ("", WIDE, "light"),
    ):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size(size)
        await page.screenshot(path=looks / f"{word}{name}.png", full_page=True)
