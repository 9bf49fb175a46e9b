"""The headers that keep a page to itself."""

from collections.abc import Sequence

from aiohttp import web

FORMS_TO: web.ResponseKey[Sequence[str]] = web.ResponseKey("forms_to", Sequence)
"""Origins that the forms of this one page may be sent to, besides our own:
`response[FORMS_TO] = provider.origins`. Browsers check redirects that answer a form,
too. All other pages send forms to us alone."""
FORM_ACTION = "form-action 'self'"
HSTS = "max-age=31536000; includeSubDomains"


def content_policy(url: str, media_urls: list[str]) -> str:
    socket = url.replace("http", "ws", 1)
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self' blob:",
        "connect-src": " ".join(["'self'", socket, *media_urls]),
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def add_headers(
    request: web.Request, response: web.StreamResponse, url: str, policy: str
) -> None:
    if forms_to := response.get(FORMS_TO):
        policy = policy.replace(FORM_ACTION, " ".join([FORM_ACTION, *forms_to]))
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not no-referrer: with it, browsers send our own forms as from origin "null".
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers["Permissions-Policy"] = "camera=(self), microphone=()"
    # Files are asked for again each time and answered with 304; pages are never kept.
    kept = request.path.startswith(("/static/", "/vendor/"))
    response.headers.setdefault("Cache-Control", "no-cache" if kept else "no-store")
