"""E-mail addresses and mobile numbers, however they were typed."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.kernel.refusals import Refusal

EMAIL_MAX = 254
REGION = "IN"
"""Of numbers without a country code."""


class BadContact(Refusal):
    """This is neither an e-mail address nor a mobile number."""


def normalise_email(text: str) -> str:
    """'Asha@Example.ORG ' -> 'Asha@example.org'. Raises BadContact."""
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise BadContact(f"This is not an e-mail address: {error}") from error
    if len(found.normalized) > EMAIL_MAX:
        raise BadContact("An e-mail address has at most 254 characters.")
    return found.normalized


def normalise_mobile(text: str, region: str = REGION) -> str:
    """'98765 43210' -> '+919876543210' (E.164). Raises BadContact."""
    try:
        number = phonenumbers.parse(text.strip()[:32], region)
    except phonenumbers.NumberParseException as error:
        raise BadContact(_MOBILE) from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise BadContact(_MOBILE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_MOBILE = (
    "This is not a telephone number. Write it as 98765 43210, or with its country "
    "code: +44 7700 900123."
)
