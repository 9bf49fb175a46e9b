"""Certificates: one's own PDF, and the page where anybody sees whether one holds."""

import asyncio
from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.adapters.http import client_address
from app.adapters.places import network_of
from app.adapters.signing import Signer, fingerprint
from app.adapters.throttle import Rate, Throttle
from app.exams.domain.certificates import (
    CertificateRevoked,
    NoSuchCertificate,
    NotIssued,
)
from app.exams.domain.results import State
from app.exams.printed.certificate import certificate_pdf
from app.exams.service.certificates import Certificates, Shown
from app.exams.views.results import RESULTS, RESULTS_PATH, exam_in
from app.kernel.ids import CertificateId

CERTIFICATES = web.AppKey("certificates", Certificates)
SIGNER = web.AppKey("certificate_signer", Signer)
THROTTLE = web.AppKey("certificate_throttle", Throttle)
PRESS = web.AppKey("certificate_press", asyncio.Semaphore)
"""One PDF is drawn at a time: it takes a whole core for tenths of a second."""
FROM_A_NETWORK = Rate(name="certificate", burst=60, every_s=10)


def routes() -> list[web.RouteDef]:
    return [
        web.get(f"{RESULTS_PATH}/{{exam}}/certificate.pdf", download),
        web.get("/certificates/{certificate}", show),
    ]


@for_role(Role.STUDENT)
async def download(request: web.Request, who: Identity) -> web.StreamResponse:
    """My certificate as a PDF, signed; not while the result is held, or revoked."""
    exam = exam_in(request)
    result = await request.app[RESULTS].result_of(who.account, exam)
    if result.state is State.HELD:
        raise NotIssued
    found = await request.app[CERTIFICATES].of_exam(exam)
    if found.is_revoked:
        raise CertificateRevoked
    return await pdf_of(request, found)


async def pdf_of(request: web.Request, found: Shown) -> web.Response:
    row = found.row
    async with request.app[PRESS]:
        paper = await asyncio.to_thread(
            certificate_pdf, row.sealed, row.issued_at, request.app[SIGNER]
        )
    name = f"certificate-{found.says['number']}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=paper, content_type="application/pdf", headers=headers)


async def show(request: web.Request) -> web.StreamResponse:
    """For whoever holds a certificate in hand: what it says, and whether it holds."""
    network = network_of(client_address(request))
    await request.app[THROTTLE].take(FROM_A_NETWORK, network)
    try:
        certificate = CertificateId(UUID(request.match_info["certificate"]))
        found = await request.app[CERTIFICATES].shown(certificate)
    except (ValueError, NoSuchCertificate):
        response = page(request, "exams/certificate.html", found=None)
        response.set_status(404)
        return _unlisted(response)
    row = found.row
    return _unlisted(
        page(
            request,
            "exams/certificate.html",
            found=found,
            fingerprint=fingerprint(row.sealed.encode()),
        )
    )


def _unlisted(response: web.Response) -> web.Response:
    """Names belong in no search engine."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
