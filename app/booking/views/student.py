"""Tests, as students book them."""

from aiohttp import web

from app.booking.views import (
    student_acts,
    student_api,
    student_book,
    student_move,
    student_seat,
    student_tests,
)

PARTS = (
    student_tests,
    student_book,
    student_seat,
    student_acts,
    student_move,
    student_api,
)


def routes() -> list[web.RouteDef]:
    return [it for part in PARTS for it in part.routes()]
