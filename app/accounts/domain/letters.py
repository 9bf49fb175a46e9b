"""What we write to people: plain words, what happened, what to do."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

SIGNED = "\n\nModule Study"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`kind` is for the log and statistics."""

    kind: str
    subject: str
    text: str


def code(given: str, minutes: float) -> Words:
    return Words(
        kind="code",
        subject="Your code for Module Study",
        text=f"{given} is your code for Module Study. It works once, for "
        f"{minutes:.0f} minutes. We never ask for it by telephone.",
    )


def reset(link: str, minutes: float) -> Words:
    return Words(
        kind="reset",
        subject="Choose a new password",
        text="Somebody, we hope you, asked to choose a new password for Module Study."
        f"\n\n{link}\n\nThe link works once, for {minutes:.0f} minutes. If it was not "
        f"you, do nothing: your password stays as it is.{SIGNED}",
    )


def password_changed(srn: str) -> Words:
    return Words(
        kind="password_changed",
        subject="Your password was changed",
        text=f"The password of {srn} was changed just now, and all other devices were "
        "logged out.\n\nIf it was not you, choose a new one at once with 'Forgotten "
        f"password' on the login page, and tell the helpdesk.{SIGNED}",
    )


def new_device(device: str, place: str, at: datetime, time_zone: str) -> Words:
    return Words(
        kind="new_device",
        subject="A new device was logged in",
        text=f"{device} ({place}) was logged in to your account, "
        f"{in_words(at, time_zone)}.\n\nIf it was not you, open 'Your devices', end "
        f"that login and change your password.{SIGNED}",
    )


def contact_changed(what: str) -> Words:
    return Words(
        kind="contact_changed",
        subject=f"Your {what} was changed",
        text=f"The {what} of your account was changed just now. If it was not you, "
        f"tell the helpdesk at once.{SIGNED}",
    )


def factor_changed(what: str) -> Words:
    return Words(
        kind="factor_changed",
        subject="The ways into your account were changed",
        text=f"{what} just now. If it was not you, log out every device under 'Your "
        f"devices', change your password and tell the helpdesk.{SIGNED}",
    )


def active_already(srn: str) -> Words:
    return Words(
        kind="active_already",
        subject="Your account is active already",
        text=f"Somebody, we hope you, asked to activate {srn}. It is active already: "
        "log in, or choose a new password with 'Forgotten password' on the login "
        f"page.{SIGNED}",
    )


def registered(name: str) -> Words:
    return Words(
        kind="registered",
        subject="We have your registration",
        text=f"{name}, we have your registration. The helpdesk looks at it, and you "
        "will hear from us by e-mail.\n\nYou have an account already? Then you need "
        f"no other: log in, or activate it.{SIGNED}",
    )


def approved(srn: str, link: str) -> Words:
    return Words(
        kind="invitation",
        subject="Activate your account",
        text=f"Your number is {srn}. Activate your account here:\n\n{link}\n\nYou "
        f"will get a code, and choose a password.{SIGNED}",
    )


def refused(what: str, reason: str | None) -> Words:
    return Words(
        kind=f"{what}_refused",
        subject=f"About your {what}",
        text=f"We could not accept your {what}. The reason: {reason}\n\nYou can send "
        f"another one, or ask the helpdesk.{SIGNED}",
    )


def photo_taken() -> Words:
    return Words(
        kind="photo_approved",
        subject="Your new profile photo counts",
        text=f"Your new profile photo was approved. Your face is compared with it from "
        f"now on.{SIGNED}",
    )


def captures_approved() -> Words:
    return Words(
        kind="captures_approved",
        subject="The pictures of your device check count",
        text="A person has compared the pictures of your device check with your "
        f"profile photo. From now on you are recognised more easily.{SIGNED}",
    )


def captures_refused(reason: str) -> Words:
    return Words(
        kind="captures_refused",
        subject="About the pictures of your device check",
        text=f"We could not use the pictures of your device check. The reason: {reason}"
        "\n\nThey are deleted. You can study on with your profile photo, and check "
        f"your device again at any time to take others.{SIGNED}",
    )


def in_words(at: datetime, time_zone: str) -> str:
    """23 November 2026, 21:05 in the reader's own time."""
    there = at.astimezone(ZoneInfo(time_zone))
    return f"{there.day} {there:%B %Y, %H:%M} ({time_zone})"


def checked_by(person: bool) -> Words:
    how = "by a person, not by a machine" if person else "by the machine again"
    return Words(
        kind="checking_set",
        subject="How your pictures are checked",
        text=f"From now on your pictures are compared with your profile photo {how}. "
        f"Your hours and the rules are the same.{SIGNED}",
    )
