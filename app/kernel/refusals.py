"""Why we say no. A refusal's docstring is the sentence the user reads.

Refusal            the request cannot be done as it stands (400)
├── Unauthenticated    log in first (401)
├── Forbidden          this account may not (403)
├── NotFound           no such thing, or not yours to know of (404)
├── Conflict           it clashes with what is so already (409)
├── TooMany            slow down (429)
└── Unavailable        a part of ours is out of reach; try again (503)

Only `app.adapters.http` and `media.server` know status codes.
"""


class Refusal(Exception):
    """This request cannot be carried out as it stands."""

    def __init__(self, message: str | None = None, **details: object) -> None:
        """`details` go to the caller as members of the problem body (RFC 9457)."""
        self.message = message or (self.__doc__ or "").strip()
        self.details = details
        super().__init__(self.message)

    @classmethod
    def code(cls) -> str:
        """The stable name callers may switch on: SeatTaken -> seat_taken."""
        name = cls.__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name)[1:]


class Unauthenticated(Refusal):
    """Please log in first."""


class Forbidden(Refusal):
    """Your account may not do this."""


class NotFound(Refusal):
    """There is nothing here, or it is not yours to see."""


class Conflict(Refusal):
    """This clashes with something that is already so."""


class TooMany(Refusal):
    """Too many requests at once. Wait a few seconds and try again."""


class Unavailable(Refusal):
    """A part of the service is out of reach just now. Please try again."""
