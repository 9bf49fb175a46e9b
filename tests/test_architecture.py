"""House rules that a program can check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from app.adapters.migrations import read_migrations

ROOT = Path(__file__).parents[1]
PYTHON_LINES, JS_LINES, FUNCTION_LINES = 250, 120, 40
SOURCES = [p for top in ("app", "media", "workers") for p in (ROOT / top).rglob("*.py")]
SCRIPTS = list((ROOT / "static").rglob("*.js"))
SQL = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", re.S)
PICTURES = (".png", ".svg", ".pdf", ".webm")
SPEAKS_SQL = (
    "store",
    "migrations.py",
    "embedded",
    "clock.py",
    "operations",
    "db.py",
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_file_can_be_held_in_the_head(path):
    assert len(path.read_text().splitlines()) <= PYTHON_LINES


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_can_be_held_in_the_head(path):
    assert len(path.read_text().splitlines()) <= JS_LINES


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= FUNCTION_LINES, node.name


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_sql_lives_in_stores(path):
    if any(part in named(path) for part in SPEAKS_SQL):
        return
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in strings if SQL.search(text)] == []


def test_migrations_are_numbered_without_gaps():
    names = [migration.name for migration in read_migrations()]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_file_names_a_registry_or_this_machine():
    forbidden = re.compile(
        r"registry\.npm|pypi\.org|index-url|/(work|root)/|\"resolved\""
    )
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    texts = [ROOT / name for name in listed if not name.endswith(PICTURES)]
    own = Path(__file__)
    guilty = [
        named(path)
        for path in texts
        if path != own and path.is_file() and forbidden.search(path.read_text())
    ]
    assert guilty == []


FEELINGS = re.compile(
    r"emotion|mood|attenti|engage|stress|fatigue|drows|bored|happi|anger|gaze|smil",
    re.I,
)


def test_no_score_of_attention_or_emotion_has_a_place():
    """Never: docs/privacy.md promises it. Neither a column nor a fact of an engine."""
    schema = "\n".join(migration.sql for migration in read_migrations())
    words = re.sub(r"--.*", "", schema)
    facts = (ROOT / "app/kernel/findings.py").read_text()
    facts += (ROOT / "app/kernel/glances.py").read_text()
    assert FEELINGS.findall(words) == []
    assert FEELINGS.findall(facts) == []
    assert FEELINGS.search("attention_score real")  # the control


def test_make_test_runs_every_folder_of_tests():
    makefile = (ROOT / "Makefile").read_text()
    named_there = re.search(r"^SERVED := (.*)$", makefile, re.M)[1].split()
    folders = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    pure = re.search(r"^pure:.*\n\t(.*)$", makefile, re.M)[1]
    named_there += re.findall(r"tests/(\w+)(?= )", pure)
    assert folders <= set(named_there)
    assert {"domain", "http"} <= set(named_there)  # the control
