"""SMS by Twilio's Messages API: POST /2010-04-01/Accounts/{sid}/Messages.json.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import aiohttp

from app.adapters.outbox.letters import Letter, TryLater, Undeliverable

CONNECT_S = 5.0
WHOLE_S = 15.0
REFUSED = 400
"""The number or the text; everything else may be mended, by waiting or by us."""


class TwilioSms:
    """`url` is the gateway's address: tests and regional hosts have their own."""

    def __init__(
        self,
        account: str,
        token: str,
        sender: str,
        *,
        url: str = "https://api.twilio.com",
        whole_s: float = WHOLE_S,
    ) -> None:
        base = url.rstrip("/")
        self._url = f"{base}/2010-04-01/Accounts/{account}/Messages.json"
        self._auth = aiohttp.encode_basic_auth(account, token)
        self._sender = sender
        self._limits = aiohttp.ClientTimeout(total=whole_s, connect=CONNECT_S)

    async def send(self, letter: Letter) -> None:
        form = {"To": letter.to or "", "From": self._sender, "Body": letter.text}
        headers = {"Authorization": self._auth}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._limits) as http,
                http.post(self._url, data=form, headers=headers) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryLater(type(error).__name__) from None
        if status == REFUSED:
            raise Undeliverable(f"http_{status}")
        if status >= 300:
            raise TryLater(f"http_{status}")
