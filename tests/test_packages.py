"""The pinned packages are complete, for every Python and system we name."""

from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HERE = default_environment()
SYSTEMS = [
    {"python_version": short, "python_full_version": full, "sys_platform": system}
    for short, full in [
        ("3.11", "3.11.0"),
        ("3.11", "3.11.9"),
        ("3.12", "3.12.9"),
        ("3.13", "3.13.5"),
        ("3.14", "3.14.0"),
    ]
    for system in ("linux", "darwin")
]
INSTALLED = {canonicalize_name(it.name): it for it in distributions()}
ASKS = {
    name: [Requirement(line) for line in it.requires or []]
    for name, it in INSTALLED.items()
}
# insightface asks for it by its other name; see constraints.txt.
REPLACED = {"opencv-python"}


def pinned() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and line[0] != "#"]
    return {canonicalize_name(it.name): it for it in wanted}


def asked_for(name: str, system: dict[str, str], extra: str = "") -> set[str]:
    """What the installed package `name` asks for on that system."""
    here = {**HERE, **system, "extra": extra}
    return {
        canonicalize_name(it.name)
        for it in ASKS[name]
        if it.marker is None or it.marker.evaluate(here)
    }


@pytest.mark.parametrize(
    "system", SYSTEMS, ids=lambda it: it["python_full_version"] + it["sys_platform"]
)
def test_nothing_is_missing_from_the_pins(system):
    pins = pinned()
    chosen = {
        name
        for name, it in pins.items()
        if it.marker is None or it.marker.evaluate({**HERE, **system})
    }
    asked = asked_for("spom", system) | asked_for("spom", system, "dev")
    for name in chosen & INSTALLED.keys():
        asked |= asked_for(name, system)
    assert asked - chosen - REPLACED == set()


def test_what_is_installed_is_what_is_pinned():
    wrong = {
        name: INSTALLED[name].version
        for name, it in pinned().items()
        if name in INSTALLED and not it.specifier.contains(INSTALLED[name].version)
    }
    assert wrong == {}
