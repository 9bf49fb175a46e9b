"""Asking Razorpay's REST API: within limits of time and size, or ProviderAway."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import structlog

from app.adapters.payments import razorpay_answers as answers
from app.adapters.payments.port import ProviderAway

CONNECT_S, WHOLE_S = 5.0, 10.0
ANSWER_MOST = 4 * 1024 * 1024
PAGE, PAGES_MOST = 100, 100
"""Of a list: 100 is the most Razorpay gives at once, 10,000 the most we ask for."""

log = structlog.get_logger()


class Api:
    def __init__(self, url: str, key_id: str, key_secret: str, whole_s: float) -> None:
        self.url = url.rstrip("/")
        self._auth = aiohttp.encode_basic_auth(key_id, key_secret)
        self._limits = aiohttp.ClientTimeout(total=whole_s, connect=CONNECT_S)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, object]:
        """Status and JSON. Raises ProviderAway for whatever is no answer."""
        given = {"Authorization": self._auth, **(headers or {})}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._limits) as http,
                http.request(
                    method,
                    f"{self.url}{path}",
                    json=body,
                    params=query,
                    headers=given,
                    allow_redirects=False,
                ) as answer,
            ):
                return answer.status, await _json(answer.content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise away(type(error).__name__) from error
        except RecursionError as error:
            raise away("too_deep") from error

    async def all(self, path: str, span: Mapping[str, str]) -> list[object]:
        """Every page of a list. New rows come first and push others onto the next page:
        what comes twice counts once. Raises ProviderAway."""
        found: dict[str, object] = {}
        for number in range(PAGES_MOST):
            turn = {"count": str(PAGE), "skip": str(number * PAGE)}
            status, answer = await self.ask("GET", path, query={**span, **turn})
            require_done(status)
            with checking():
                page = answers.items(answer)
                for it in page:
                    found[answers.text(answers.as_object(it).get("id"))] = it
            if len(page) < PAGE:
                return list(found.values())
        raise away("list_too_long")


async def _json(content: aiohttp.StreamReader) -> object:
    """Raises ValueError for too much, or no JSON."""
    whole = b""
    async for chunk in content.iter_any():
        whole += chunk
        if len(whole) > ANSWER_MOST:
            raise ValueError("too_large")
    return json.loads(whole)


def away(why: str) -> ProviderAway:
    log.warning("razorpay_away", why=why)
    return ProviderAway()


def require_done(status: int) -> None:
    """Raises ProviderAway: our keys, our words and their faults are mended by people,
    and then the same call is made again."""
    if status != 200:
        raise away(f"http_{status}")


@contextmanager
def checking() -> Iterator[None]:
    """An answer that is not what was promised is none: ProviderAway."""
    try:
        yield
    except answers.Malformed as error:
        raise away(f"malformed_{error}") from error


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Raises ProviderAway when the block takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise away("slow") from error
