"""The files of a server: image, compose, front door and relay."""

import ipaddress
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from media.seam.place import read_place

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
HOSTS = {"STUDY_HOST": "study.example.org", "MEDIA_HOST": "media.example.org"}
OURS = {"migrate", "app", "media", "sampler", "matcher"}
NEVER_REACHED = [
    *("10.1.2.3", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "8.8.8.8"),
    *("::1", "::ffff:10.0.0.1", "fd00::1", "fe80::1", "ff02::1", "2001:db8::1"),
]
"""Private, special and foreign: a relay is nobody's way in (ASVS 17.1.1)."""


def asked(tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    home = {"HOME": "/tmp", "PATH": os.environ["PATH"]}
    return subprocess.run(
        [str(BIN / tool), *map(str, arguments)],
        env={**home, **HOSTS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def altered(path: Path, folder: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    copy = folder / path.name
    copy.write_text(text.replace(old, new, 1))
    return copy


def lint_image(path):
    return asked("hadolint", "--failure-threshold", "info", path)


def lint_compose(path):
    return asked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


def lint_door(path):
    return asked("caddy", "validate", "--adapter", "caddyfile", "--config", path)


@pytest.mark.parametrize(
    ("lint", "name", "old", "new"),
    [
        (lint_image, "Dockerfile", "USER 65534:65534", "USER root"),
        (lint_image, "Dockerfile", "WORKDIR /srv", "RUN cd /srv"),
        (lint_compose, "compose.yaml", "healthcheck:", "healthchek:"),
        (lint_door, "Caddyfile", "lb_try_duration", "lb_try_duraton"),
    ],
)
def test_the_linter_accepts_ours_and_refuses_a_spoilt_copy(
    lint, name, old, new, tmp_path
):
    ours = lint(DEPLOY / name)
    assert ours.returncode == 0, ours.stdout + ours.stderr
    assert lint(altered(DEPLOY / name, tmp_path, old, new)).returncode != 0


def test_the_image_runs_as_nobody_by_number_and_is_asked_how_it_is():
    text = (DEPLOY / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", text, re.M) == ["65534:65534"]
    assert "HEALTHCHECK" in text
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        assert all((ROOT / it).exists() for it in source.split()), source


def services():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def careless(it) -> list[str]:
    asked_of = {
        "writes to its image": not it.get("read_only"),
        "keeps rights": it.get("cap_drop") != ["ALL"],
        "may gain rights": "no-new-privileges:true" not in it.get("security_opt", []),
        "takes rights": set(it.get("cap_add", [])) - {"NET_BIND_SERVICE"},
        "fills the disk": "logging" not in it,
        "is privileged": it.get("privileged"),
    }
    return [said for said, wrong in asked_of.items() if wrong]


def test_every_container_is_careful():
    assert {name: careless(it) for name, it in services().items()} == {
        name: [] for name in services()
    }
    assert len(careless({"image": "x"})) == 4


def test_every_container_is_asked_how_it_is():
    by_image = OURS - {"migrate"}
    asked_of = {
        name for name, it in services().items() if "test" in it.get("healthcheck", {})
    }
    assert asked_of | by_image | {"migrate"} == set(services())


def test_the_ports_that_are_told_are_open_and_nobody_else_has_them():
    media = services()["media"]
    told = media["environment"]["SPOM_MEDIA_PORTS"]
    assert read_place("127.0.0.1", told).shared
    assert media["ports"] == [f"{told}:{told}/udp"]
    _, values = relay()
    of_relay = dict(values)
    first, last = [int(of_relay[f"{it}-port"]) for it in ("min", "max")]
    assert not first <= int(told) <= last
    guide = (ROOT / "docs" / "operations.md").read_text()
    assert f"443/udp and {told}/udp" in guide
    assert f"{first}\u2013{last}/udp" in guide


def test_the_front_door_and_the_relay_reach_no_database():
    for name in ("caddy", "turn"):
        assert not {"inner", "wires"} & {*services()[name].get("networks", [])}
    for name, network in (("postgres", "inner"), ("valkey", "wires")):
        assert services()[name]["networks"] == [network]


def relay():
    """Of turnserver.conf: words alone, and what is said once or often."""
    lines = (DEPLOY / "turnserver.conf").read_text().splitlines()
    said = [it for it in lines if it and it[0] != "#"]
    flags = {it for it in said if "=" not in it}
    return flags, [tuple(it.split("=", 1)) for it in said if "=" in it]


def denied(ranges: list[str], address: str) -> bool:
    it = ipaddress.ip_address(address)
    for one in ranges:
        first, last = map(ipaddress.ip_address, one.split("-"))
        if it.version == first.version and first <= it <= last:
            return True
    return False


def test_the_relay_reaches_our_own_address_and_no_other():
    flags, values = relay()
    ranges = [value for name, value in values if name == "denied-peer-ip"]
    assert [it for it in NEVER_REACHED if not denied(ranges, it)] == []
    # Each of the private ones by name, too, should the last two lines be opened.
    by_name = ranges[:-2]
    assert [it for it in NEVER_REACHED if not denied(by_name, it)] == ["8.8.8.8"]
    [command] = services()["turn"]["command"]
    allowed = re.findall(r"--allowed-peer-ip\S+", command)
    assert allowed == ["--allowed-peer-ip=${PUBLIC_ADDRESS:?}"]
    wanted = {"use-auth-secret", "no-multicast-peers", "no-tcp-relay", "no-cli"}
    assert wanted <= flags
    assert not {"allow-loopback-peers", "no-auth", "lt-cred-mech"} & flags
    assert "user" not in dict(values)


@pytest.mark.parametrize("secret", ["", "s3cret"])
def test_the_relay_does_not_start_without_its_secret(tmp_path, secret):
    """As the container's shell reads it; anybody could sign with an empty one."""
    (tmp_path / "turnserver").write_text('#!/bin/sh\necho started "$@"\n')
    (tmp_path / "turnserver").chmod(0o755)
    [command] = services()["turn"]["command"]
    script = re.sub(r"\$\{\w+:\?\}", "x", command).replace("$$", "$")
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TURN_SECRET": secret},
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    assert ("--static-auth-secret=s3cret" in done.stdout) is bool(secret)
    assert (done.returncode == 0) is bool(secret)


def test_the_image_has_spom_as_a_command():
    done = subprocess.run(
        ["sh", DEPLOY / "spom", "--help"],
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": ":".join(sys.path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Usage: spom " in done.stdout, done.stderr
