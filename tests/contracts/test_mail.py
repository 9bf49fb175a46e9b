"""Mail to a real SMTP server, well and unwell."""

import asyncio
import warnings
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP

from app.adapters.mail import BadMailUrl, SmtpMailer, compose
from app.adapters.outbox import Letter, TryLater, Undeliverable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def letter(**changes) -> Letter:
    given = {
        "channel": "email",
        "to": "asha@example.org",
        "kind": "code",
        "subject": "Ihr Code für heute",
        "text": "123456 स",
        "useful_until": NOON,
    }
    return Letter(**{**given, **changes})


class Gateway:
    """Answers as told, and keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.rcpt = "250 OK"
        self.data = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append(envelope.content)
        return self.data


@pytest.fixture
async def gateway():
    one = Gateway()
    loop = asyncio.get_running_loop()

    def factory():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return SMTP(one, loop=loop, enable_SMTPUTF8=True)

    server = await loop.create_server(factory, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


def mailer(gateway, tls: str = "?tls=none", whole_s: float = 5) -> SmtpMailer:
    url = f"smtp://127.0.0.1:{gateway.port}{tls}"
    return SmtpMailer(url, "Module Study <study@example.org>", whole_s=whole_s)


async def test_it_arrives_with_its_words_and_headers(gateway):
    await mailer(gateway).send(letter())
    message = message_from_bytes(gateway.taken[0], policy=default)
    assert message["To"] == "asha@example.org"
    assert message["Subject"] == "Ihr Code für heute"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert message.get_content().strip() == "123456 स"


@pytest.mark.parametrize(
    ("where", "answer", "raised"),
    [
        ("rcpt", "550 no such user", Undeliverable),
        ("rcpt", "451 come back", TryLater),
        ("data", "554 refused", Undeliverable),
        ("data", "452 full", TryLater),
    ],
)
async def test_what_the_server_says_decides_whether_to_try_again(
    gateway, where, answer, raised
):
    setattr(gateway, where, answer)
    with pytest.raises(raised) as refusal:
        await mailer(gateway).send(letter())
    assert "asha" not in str(refusal.value)
    assert gateway.taken == []


async def test_without_starttls_nothing_is_said_unless_it_is_allowed(gateway):
    with pytest.raises(TryLater):
        await mailer(gateway, tls="").send(letter())
    assert gateway.taken == []


@asynccontextmanager
async def silent_server():
    """Takes connections and says nothing."""
    writers = []
    server = await asyncio.start_server(
        lambda _, writer: writers.append(writer), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in writers:
        writer.close()
        await writer.wait_closed()


async def test_a_server_that_never_answers_is_left_soon():
    async with silent_server() as port:
        url = f"smtp://127.0.0.1:{port}?tls=none"
        with pytest.raises(TryLater):
            await SmtpMailer(url, "a@b.org", whole_s=0.3).send(letter())


async def test_a_server_that_is_not_there_is_tried_again_later():
    with pytest.raises(TryLater):
        await SmtpMailer("smtp://127.0.0.1:1?tls=none", "a@b.org").send(letter())


def test_nobody_adds_a_header_through_the_subject_or_the_address():
    for wrong in (
        letter(subject="Hi\r\nBcc: x@example.org"),
        letter(to="a@b.org\nBcc: x@example.org"),
    ):
        with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
            compose(wrong, "study@example.org")


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "host:25"])
def test_a_url_of_something_else_is_refused_at_the_start(url):
    with pytest.raises(BadMailUrl):
        SmtpMailer(url, "a@b.org")


def test_tls_is_the_default():
    assert SmtpMailer("smtp://u:p%40@h", "a@b.org")._server["start_tls"]
    assert SmtpMailer("smtps://h", "a@b.org")._server["use_tls"]
