"""What a log says of a fault: enough to act on, and nothing that is somebody's."""

import pytest
from redis.exceptions import (
    ConnectionError as NotReached,
)
from redis.exceptions import (
    NoPermissionError,
    OutOfMemoryError,
    ResponseError,
)

from app.adapters.faults import kind_of


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (
            ResponseError("DENIED Redis is running in protected mode"),
            "ResponseError DENIED",
        ),
        (ResponseError("MISCONF Errors writing to disk"), "ResponseError MISCONF"),
        (ResponseError("Asha Nair is no number"), "ResponseError"),
        (ResponseError("ASHA NAIR is no number"), "ResponseError"),
        (ResponseError("DB index is out of range"), "ResponseError"),
        (NotReached("WRONG asha@example.org"), "ConnectionError"),
        (ValueError("ASHA"), "ValueError"),
    ],
)
def test_of_what_redis_refuses_its_code_is_told_and_of_others_the_kind(error, kind):
    assert kind_of(error) == kind


def test_codes_that_have_a_class_are_named_by_it():
    names = [kind_of(it("no")) for it in (NoPermissionError, OutOfMemoryError)]
    assert names == ["NoPermissionError", "OutOfMemoryError"]
