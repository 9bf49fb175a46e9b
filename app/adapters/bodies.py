"""Reading what a request says: JSON and forms, within limits of size and time."""

import asyncio
from typing import TypeAlias, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy
from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.refusals import Refusal

BODY_PATIENCE_S = 15

# What aiohttp raises for a multipart body that is none.
_UNREADABLE = (
    ValueError,
    LookupError,
    RuntimeError,
    AssertionError,
    HttpProcessingError,
)

Field: TypeAlias = str | bytes | bytearray | web.FileField
Model = TypeVar("Model", bound=BaseModel)


class BadBody(Refusal):
    """The request body cannot be read."""


class SlowBody(Refusal):
    """The request took too long to arrive."""


class Body(BaseModel):
    """The base of every JSON body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


async def read_whole(request: web.Request) -> bytes:
    """As it came, for who checks its signature. Raises SlowBody."""
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            return await request.read()
    except TimeoutError as error:
        raise SlowBody from error


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """Raises BadBody naming the member that is wrong, or SlowBody."""
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            return model.model_validate_json(await request.read())
    except TimeoutError as error:
        raise SlowBody from error
    except ValidationError as error:
        raise _bad(error) from error


def _bad(error: ValidationError) -> BadBody:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return BadBody(f"{where}: {first['msg']}.")


async def read_bytes(request: web.Request) -> bytes:
    """A body as it is. Raises SlowBody."""
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            return await request.read()
    except TimeoutError as error:
        raise SlowBody from error


async def read_fields(
    request: web.Request,
) -> "MultiDictProxy[Field]":
    """The fields of a form, files among them. Raises BadBody or SlowBody."""
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            return await request.post()
    except TimeoutError as error:
        raise SlowBody from error
    except _UNREADABLE as error:
        raise BadBody("This form cannot be read. Please send it again.") from error


async def read_form(request: web.Request, model: type[Model]) -> Model:
    """A field that is there several times is read as 'a,b'. Raises BadBody naming the
    field that is wrong, or SlowBody."""
    given = await read_fields(request)
    fields = {name: _joined(given, name) for name in given if name != "csrf_token"}
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise _bad(error) from error


def _joined(given: "MultiDictProxy[Field]", name: str) -> Field:
    several = given.getall(name)
    texts = [it for it in several if isinstance(it, str)]
    return ",".join(texts) if len(texts) == len(several) else several[-1]
