"""Every command explains itself."""

import subprocess
import sys

import pytest

COMMANDS = ["up", "app", "media", "worker", "migrate", "demo", "doctor"]


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
