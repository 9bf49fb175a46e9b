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


LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
IDS = {"sitting", "epoch", "look", "view", "node", "request", "exam", "slot", "photo"}
IDS |= {"order", "refund", "nodes"}
COUNTS = {"frames", "pictures", "packets", "streams", "views", "dropped", "letters"}
COUNTS |= {"sittings", "looks", "exams", "count", "attempts", "lost", "people"}
COUNTS |= {"genuine_pairs", "impostor_pairs"}
WORDS_OF_OURS = {"error", "why", "reason", "verdict", "kind", "part", "task", "duty"}
WORDS_OF_OURS |= {"library", "place", "said"}  # as app/adapters/logs.py makes them
WORDS_OF_OURS |= {"channels", "provider", "route", "script", "source", "needed", "do"}
FIGURES = {"pack", "measured_of", "threshold", "aim", "fmr_below", "fnmr", "port"}
MAY_BE_LOGGED = IDS | COUNTS | WORDS_OF_OURS | FIGURES
"""Of nobody: a key that is not here wants somebody's eyes first."""


OTHERWISE = ("log.bind(", "bind_contextvars(", "structlog.get_logger().")


def told_amiss(source: str) -> list[str]:
    """What a module puts into log lines that may not stand there."""
    calls = [it for it in ast.walk(ast.parse(source)) if isinstance(it, ast.Call)]
    return [ast.unparse(it) for it in calls if _amiss(it, ast.unparse(it))]


def _amiss(call: ast.Call, text: str) -> bool:
    keys = {it.arg for it in call.keywords} - {None, "exc_info"}
    if text.startswith("about("):
        return bool(keys - IDS)
    if not text.startswith(tuple(f"log.{level}(" for level in LEVELS)):
        return text.startswith(OTHERWISE)
    plain = len(call.args) == 1 and isinstance(call.args[0], ast.Constant | ast.Name)
    opened = [ast.unparse(it.value) for it in call.keywords if it.arg is None]
    # `told` of a resource is ids alone; what else is opened cannot be seen from here.
    sealed = all(it.endswith(".told") for it in opened)
    return not plain or not sealed or bool(keys - MAY_BE_LOGGED)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_line_of_a_log_has_room_for_a_name_a_face_or_a_secret(path):
    assert told_amiss(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "log.info('seen', srn=srn)",
        "log.info('seen', error=1, name=account.name)",
        "log.info(f'seen {srn}')",
        "log.info('seen %s', srn)",
        "log.info('seen', **facts)",
        "log.bind(account=account)",
        "structlog.get_logger().info('seen', srn=srn)",
        "about(account=account)",
    ],
)
def test_the_control_a_line_that_tells_too_much_is_found(line):
    assert line in told_amiss(line)


def test_make_test_runs_every_folder_of_tests():
    makefile = (ROOT / "Makefile").read_text()
    named_there = re.search(r"^SERVED := (.*)$", makefile, re.M)[1].split()
    folders = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    pure = re.search(r"^pure:.*\n\t(.*)$", makefile, re.M)[1]
    named_there += re.findall(r"tests/(\w+)(?= )", pure)
    assert folders <= set(named_there)
    assert {"domain", "http"} <= set(named_there)  # the control
