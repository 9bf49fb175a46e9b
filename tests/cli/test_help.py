"""Every command explains itself."""

import subprocess
import sys

import pytest

from app.cli.doctor import _recognition

COMMANDS = ["up", "app", "media", "worker", "migrate", "demo", "doctor", "status"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself(command):
    asked = subprocess.run(
        [sys.executable, "-m", "app", command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Usage:" in asked.stdout
    assert asked.stderr == ""


def test_the_doctor_says_what_is_not_proved_of_the_face_pack():
    found = _recognition()
    assert found.state == "warning"  # Nothing is missing: the house runs.
    assert "threshold 0.45" in found.name
    assert "30,000 pairs" in found.mend
    assert "spom faces evaluate" in found.mend
