"""The numbers an institution may set about ways in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPolicy:
    """How long, how often, how strict."""

    idle_min: float = 30
    """Any request or live socket is activity, so studying keeps a login alive."""
    absolute_h: float = 12
    remember_days: float = 30
    prove_again_min: float = 10
    """What changes a way in asks for proof again after this."""

    second_factor_on_new_device: bool = True
    """For students; staff always give a second factor."""
    device_trusted_days: float = 30
    """How long a device may go without a second factor, for students who have one."""

    code_life_min: float = 10
    code_again_s: float = 30
    attempt_life_min: float = 20
    reset_life_min: float = 30

    failures_before_lock: int = 5
    first_lock_min: float = 15
    later_lock_min: float = 30
    failures_most: int = 100
    """In a row: then only a code, a reset or the helpdesk opens this way again."""

    password_min: int = 8
    password_max_age_days: int = 0
    """0: never expires. NIST SP 800-63B-4, 3.1.1.2: verifiers SHALL NOT require
    passwords to be changed periodically; OWASP ASVS 5.0, 6.2.10 says the same. Set it
    (60 to 90) only where a rule of the institution leaves no choice; the last five
    passwords are then refused."""
