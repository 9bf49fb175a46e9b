"""docs/security.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def missing(text: str) -> list[str]:
    return [
        f"{path}::{name}"
        for path, name in NAMED.findall(text)
        if not (ROOT / path).is_file()
        or f"def {name}(" not in (ROOT / path).read_text()
    ]


def test_every_test_that_the_document_names_is_there():
    text = (ROOT / "docs" / "security.md").read_text()
    assert len(NAMED.findall(text)) > 50
    assert missing(text) == []


def test_every_requirement_has_a_test_or_a_reason():
    text = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| [\d.*\u2013, ]+ \| .+ \| (.+) \|$", text, re.M)
    reasons = ("waived:", "by design:", "by review:", "by deployment:")
    assert len(rows) > 50
    assert [it for it in rows if "::" not in it and not it.startswith(reasons)] == []


def test_a_test_that_is_not_there_is_noticed():
    assert missing("`tests/http/test_login.py::test_nobody_wrote`") != []
