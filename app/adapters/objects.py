"""Objects: sealed bytes under names of ours, in a folder or an S3-compatible store.

`var/evidence` is a folder, which several machines share as a mount; `s3://bucket/prefix`
a bucket, reached with the `AWS_…` settings of the environment (`AWS_ENDPOINT_URL` for a
store that is not Amazon's). Whoever puts bytes here has sealed them before.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.kernel.refusals import Unavailable

CALL_WITHIN_S = 8.0
REQUEST_WITHIN = timedelta(seconds=4)
CONNECT_WITHIN = timedelta(seconds=2)
TRIES_AGAIN = 2
AT_ONCE = 500
KEY = re.compile(r"[a-z0-9-]{1,64}(/[a-z0-9-]{1,64}){0,4}(\.[a-z0-9]{1,8})?")


class NoSuchObject(Exception):
    """There is nothing under this key."""


class ObjectsAway(Unavailable):
    """Our evidence store is out of reach just now. Please try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    key: str
    size: int
    at: datetime
    """When it was last written, by the store's clock."""


class Objects:
    """Every call ends within `CALL_WITHIN_S`; a store out of reach is `ObjectsAway`."""

    def __init__(self, url: str) -> None:
        self._store = _open(url)

    async def put(self, key: str, data: bytes) -> None:
        """Whole or not at all; the same key again replaces it."""
        try:
            async with _within_reach():
                await obstore.put_async(self._store, _checked(key), data)
        except FileNotFoundError as error:  # no such bucket
            raise ObjectsAway from error

    async def get(self, key: str) -> bytes:
        """Raises NoSuchObject."""
        try:
            async with _within_reach():
                found = await obstore.get_async(self._store, _checked(key))
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise NoSuchObject from None

    async def delete(self, keys: Sequence[str]) -> None:
        """Of keys that are gone already nothing is said."""
        for first in range(0, len(keys), AT_ONCE):
            some = [_checked(key) for key in keys[first : first + AT_ONCE]]
            async with _within_reach():
                await self._delete(some)

    async def _delete(self, keys: list[str]) -> None:
        if isinstance(self._store, S3Store):
            await obstore.delete_async(self._store, keys)
            return
        for key in keys:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)

    async def all(self) -> AsyncIterator[Stored]:
        """Everything there is, in no order; each page of the list has its limit."""
        pages = obstore.list(self._store, chunk_size=AT_ONCE)
        while True:
            try:
                async with _within_reach():
                    page = await anext(pages)
            except StopAsyncIteration:
                return
            for it in page:
                yield Stored(key=it["path"], size=it["size"], at=it["last_modified"])


def _open(url: str) -> LocalStore | S3Store:
    if not url.startswith("s3://"):
        folder = Path(url).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    return S3Store.from_url(
        url,
        client_options={
            "timeout": REQUEST_WITHIN,
            "connect_timeout": CONNECT_WITHIN,
            "allow_http": True,
        },
        retry_config={
            "max_retries": TRIES_AGAIN,
            "retry_timeout": timedelta(seconds=CALL_WITHIN_S),
        },
    )


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError("a key is made of our own words and numbers")
    return key


@asynccontextmanager
async def _within_reach() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(CALL_WITHIN_S):
            yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:  # TimeoutError is an OSError
        raise ObjectsAway from error
