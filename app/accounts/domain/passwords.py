"""What a password may be: NIST SP 800-63B-4, 3.1.1: long enough, not on the list of
those tried first, and nothing about its characters."""

from collections.abc import Callable, Iterable

from app.accounts.domain.policy import AccountPolicy
from app.kernel.refusals import Refusal

PASSWORD_MAX = 128
KEPT = 5
"""How many former passwords are refused where passwords expire."""


class PasswordTooShort(Refusal):
    """This password is too short. A few words in a row are easy to remember."""


class PasswordTooLong(Refusal):
    """This is too long. A password has at most 128 characters."""


class PasswordTooCommon(Refusal):
    """This is one of the passwords that are tried first. Choose another one."""


class PasswordIsAboutYou(Refusal):
    """This is your own number, name or address, which others know. Choose another."""


class PasswordUsedBefore(Refusal):
    """You have used this password before. Choose one that is new."""


def check_password(
    password: str,
    *,
    is_common: Callable[[str], bool],
    about: Iterable[str | None],
    policy: AccountPolicy,
) -> None:
    """Raises one of the refusals above. `about`: SRN, name, e-mail, mobile."""
    if len(password) < policy.password_min:
        raise PasswordTooShort(
            f"A password needs at least {policy.password_min} characters. A few words "
            "in a row are easy to remember and hard to guess."
        )
    if len(password) > PASSWORD_MAX:
        raise PasswordTooLong
    if is_common(password):
        raise PasswordTooCommon
    plain = _plain(password)
    if plain and plain in {part for text in about if text for part in _parts(text)}:
        raise PasswordIsAboutYou


def _parts(text: str) -> Iterable[str]:
    yield _plain(text)
    yield _plain(text.split("@", maxsplit=1)[0])


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
