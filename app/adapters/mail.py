"""E-mail by SMTP (RFC 5321)."""

import asyncio
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import TypedDict
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from app.adapters.outbox.letters import Letter, TryLater, Undeliverable

CONNECT_S = 5.0
WHOLE_S = 15.0


class BadMailUrl(ValueError):
    """smtp_url must look like smtp://user:password@host:587 or smtps://host:465."""


class _Server(TypedDict):
    hostname: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool


class SmtpMailer:
    """`smtp://` insists on STARTTLS, unless the URL ends in `?tls=none` (a relay on
    this machine); `smtps://` speaks TLS from the beginning."""

    def __init__(self, url: str, sender: str, *, whole_s: float = WHOLE_S) -> None:
        """Raises BadMailUrl."""
        self._server = _server(url)
        self._sender = sender
        self._whole_s = whole_s

    async def send(self, letter: Letter) -> None:
        try:
            message = compose(letter, self._sender)
        except ValueError:
            raise Undeliverable("bad_header") from None
        try:
            async with asyncio.timeout(self._whole_s):
                await aiosmtplib.send(message, timeout=CONNECT_S, **self._server)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _refusal(min(codes, default=450)) from None
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error.code) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            # Our own log-in or sender too: an operator mends it, nothing is lost.
            raise TryLater(type(error).__name__) from None


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Newlines in a header are refused by the policy: nobody adds recipients."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to or ""
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = make_msgid(domain=domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _refusal(code: int) -> TryLater | Undeliverable:
    return Undeliverable(f"smtp_{code}") if code >= 500 else TryLater(f"smtp_{code}")


def _server(url: str) -> _Server:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadMailUrl(BadMailUrl.__doc__)
    implicit = parts.scheme == "smtps"
    plain = parse_qs(parts.query).get("tls") == ["none"]
    return _Server(
        hostname=parts.hostname,
        port=parts.port or (465 if implicit else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=implicit,
        start_tls=not implicit and not plain,
    )
