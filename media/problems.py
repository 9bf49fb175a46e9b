"""Refusals as problem bodies (RFC 9457), and what browsers of other origins may see."""

import secrets
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from app.adapters.figures import REFUSED
from app.kernel import refusals
from app.kernel.refusals import Refusal, Unavailable
from media.resources import IceChanged

STATUS: dict[type[Refusal], int] = {
    IceChanged: 412,
    refusals.Unauthenticated: 401,
    refusals.NotFound: 404,
    refusals.Conflict: 409,
    refusals.TooMany: 429,
    refusals.Unavailable: 503,
    Refusal: 400,
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_EXPOSED = "Location, ETag, Link, Accept-Patch, Retry-After"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def problem(status: int, code: str, detail: str, **headers: str) -> web.Response:
    """`headers` in Python spelling: Accept_Post="application/sdp"."""
    body = {
        "type": "about:blank",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return web.json_response(
        body,
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        content_type="application/problem+json",
    )


def refused(refusal: Refusal) -> web.Response:
    REFUSED.labels(refusal.code()).inc()
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    headers = {"Retry_After": "3"} if isinstance(refusal, Unavailable) else {}
    return problem(status, refusal.code(), refusal.message, **headers)


@web.middleware
async def answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever happens, the answer is a problem body, and a bug is logged."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refused(refusal)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        code = _CODES.get(error.status, "refused")
        return problem(error.status, code, f"{error.reason}.", **allow)
    except Exception:
        number = secrets.token_hex(4)
        REFUSED.labels("fault").inc()
        log.exception("request_failed", request=number)
        return problem(500, "fault", f"Something went wrong here. Reference: {number}.")


def shared_with(origin: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    """CORS for the app's pages alone; programs that send no Origin need none."""

    @web.middleware
    async def share(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        response.headers["Vary"] = "Origin"
        if request.headers.get("Origin") == origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _EXPOSED
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = "POST, PATCH, DELETE"
                response.headers["Access-Control-Allow-Headers"] = (
                    "Authorization, Content-Type, If-Match"
                )
                response.headers["Access-Control-Max-Age"] = "3600"
        return response

    return share
