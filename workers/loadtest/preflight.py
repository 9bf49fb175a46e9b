"""Whether a load test can go where it is sent, asked before anybody sets out."""

from urllib.parse import urlsplit

import aiohttp

WITHIN_S = 5.0


class CannotGo(Exception):
    """The message says what to mend."""


def check_times(ramp_s: float, duration_s: float) -> None:
    """Raises CannotGo."""
    if not 0 <= ramp_s < duration_s:
        raise CannotGo(
            f"--ramp {ramp_s:g} must be shorter than --duration {duration_s:g}: what "
            "things cost is measured once all have come."
        )


async def look_at(url: str) -> None:
    """Raises CannotGo where no house of ours answers."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotGo(f"{url!r} is no address: write http://localhost:8080.")
    limit = aiohttp.ClientTimeout(total=WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as http,
            http.get(f"{url}/healthz") as answer,
        ):
            told = await answer.json(content_type=None)
            well = answer.status == 200 and isinstance(told, dict) and "status" in told
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise CannotGo(f"Nothing answers at {url} ({type(error).__name__}).") from None
    if not well:
        raise CannotGo(f"What answers at {url} is no house of ours: {answer.status}.")
