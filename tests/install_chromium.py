"""Finds a Chromium for the browser tests, or gets one: Playwright's or Debian's."""

import asyncio
import os
import shutil
import subprocess
import sys

from playwright.async_api import Error

from tests.browsing import chromium, find_chromium

PATIENCE_S = 600


def main() -> None:
    if find_chromium() or _playwrights() or _debians():
        return
    raise SystemExit(
        "No Chromium starts here: install one (Debian: apt-get install chromium), "
        "then run make test again."
    )


def _playwrights() -> bool:
    """Also false where it is there but does not start, as without its libraries."""
    got = run(sys.executable, "-m", "playwright", "install", "chromium")
    return got and asyncio.run(_starts())


async def _starts() -> bool:
    try:
        async with chromium():
            return True
    except Error:
        return False


def _debians() -> bool:
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run(*sudo, "apt-get", "update", "-qq")
    return run(*sudo, "apt-get", "install", "-y", "-qq", "chromium")


def run(*command: str) -> bool:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            timeout=PATIENCE_S,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    main()
