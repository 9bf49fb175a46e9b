"""A real Chromium whose camera plays a clip."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.house import PASSWORD, code_in, mobile_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ALLOW_CAMERA = "--use-fake-ui-for-media-stream"
FLAGS = [
    ALLOW_CAMERA,
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
]


def find_chromium() -> str | None:
    """The one on the machine; None lets Playwright use its own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def chromium(
    clip: Path | None = None,
    *,
    allow_camera: bool = True,
    inside: Callable[[str], str] | None = None,
) -> AsyncIterator[Browser]:
    """`inside` wraps the program, so that it runs somewhere else."""
    flags = [flag for flag in FLAGS if allow_camera or flag != ALLOW_CAMERA]
    if clip is not None:
        flags.append(f"--use-file-for-fake-video-capture={clip}")
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    async with async_playwright() as playwright:
        program = find_chromium()
        if inside is not None:
            program = inside(program or playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


async def log_in(page: Page, url: str, srn: str) -> None:
    await page.goto(f"{url}/login")
    await page.fill("input[name=srn]", srn)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("form[action='/login'] button[type=submit]")
    await page.wait_for_url(re.compile("/(login/second|wall|staff)?$"))
    if page.url.endswith("/login/second"):
        letters = await page.request.get(
            f"{url}/outbox.json", params={"to": mobile_of(srn)}
        )
        await page.fill("input[name=given]", code_in(await letters.json()))
        await page.click("form[action='/login/second/code'] button[type=submit]")
        await page.wait_for_url(re.compile("/(wall|staff)?$"))
    await page.wait_for_selector("h1")
