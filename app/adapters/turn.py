"""Ways through firewalls: TURN servers, with credentials that end by themselves.

As draft-uberti-behave-turn-rest-00 has it, which coturn knows as `use-auth-secret`:
the user's name is when it ends and an opaque id, the password an HMAC of the name.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFE_MOST = timedelta(hours=12)
"""A page that connects anew gets new ones, so no sitting needs longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`urls` as browsers take them, such as `turn:turn.example.org:3478`; none: video
    flows directly or not at all. `secret` is what the TURN servers have, too."""

    urls: Sequence[str] = ()
    secret: str = ""

    def ice_servers(
        self, who: object, now: datetime, life: timedelta = LIFE_MOST
    ) -> list[dict[str, object]]:
        """For RTCPeerConnection. `who` is an id that says nothing outside this house:
        it stands in the logs of the TURN server, and never names a person."""
        if not self.urls:
            return []
        ends_at = now + min(life, LIFE_MOST)
        username = f"{int(ends_at.timestamp())}:{who}"
        # HMAC-SHA1 is what TURN servers expect; its weakness is in collisions alone.
        made = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(made).decode()
        return [{"urls": [*self.urls], "username": username, "credential": credential}]
