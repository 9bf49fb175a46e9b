"""Settings and figures that the files of deployment name are there in the code."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from app.adapters import figures
from app.settings import Settings
from media.settings import Settings as MediaSettings
from tests.deploy.kustomized import containers, rendered

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
COMPOSE = ROOT / "deploy" / "compose.yaml"
AWS = {
    *("AWS_ENDPOINT_URL", "AWS_REGION"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
}
"""Read by the store itself: app/adapters/objects.py."""
FIGURE = re.compile(r"\bspom_[a-z_]+[a-z]\b")


def settings_of(kind) -> set[str]:
    found = set()
    for name, it in kind.model_fields.items():
        inner = it.annotation if isinstance(it.annotation, type) else None
        parts = [one.name for one in fields(inner)] if is_dataclass(inner) else []
        parts = parts or list(getattr(inner, "model_fields", {}))
        own = str(it.validation_alias or f"SPOM_{name.upper()}")
        found |= {f"{own}_{part.upper()}" for part in parts} or {own}
    return found


KNOWN = settings_of(Settings) | settings_of(MediaSettings) | AWS


def compose_names() -> set[str]:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    ours = [it for it in services.values() if it["image"] == "module-study"]
    assert ours
    return {name for it in ours for name in it["environment"]}


def kubernetes_names(folder: Path) -> set[str]:
    """But those that only stand in for a part of another's value."""
    manifests = rendered(folder)
    ours = [it for it in containers(manifests) if "module-study" in it["image"]]
    entries = [entry for it in ours for entry in it.get("env", [])]
    used = set(re.findall(r"\$\((\w+)\)", str(ours)))
    found = {entry["name"] for entry in entries} - used
    for it in manifests:
        if it["kind"] == "ConfigMap":
            found |= it["data"].keys() - used
    secrets = re.findall(r"^(\w+)=", (K8S / "secrets.env.example").read_text(), re.M)
    return found | (set(secrets) - used)


@pytest.mark.parametrize(
    "names",
    [
        compose_names(),
        kubernetes_names(K8S / "base"),
        kubernetes_names(K8S / "overlays" / "example"),
    ],
    ids=["compose", "base", "example"],
)
def test_every_setting_that_is_named_is_one(names):
    assert names - KNOWN == set()
    assert {"DATABASE_URL", "SPOM_SECRET", "SPOM_MAIL_FROM"} <= names  # The control.


def test_a_setting_of_a_policy_is_known_and_a_misspelt_one_is_not():
    assert {"SPOM_POLICY_RETRIES", "SPOM_EXAMS_ISSUER", "SPOM_SUPPORT_EMAIL"} <= KNOWN
    assert not {"SPOM_POLICY_RETRYS", "SPOM_SUPPORT"} & KNOWN


def test_a_house_can_set_up_money_and_letters_on_a_server():
    wanted = {it for it in KNOWN if it.startswith(("SPOM_PAY_", "SPOM_SMS_"))}
    # The addresses of the two services are for tests.
    assert wanted - compose_names() == {"SPOM_PAY_URL", "SPOM_SMS_URL"}


def known_figures() -> set[str]:
    assert figures.LOOKS_WAIT
    found = set()
    for it in REGISTRY.collect():
        for end in ("", "_total", "_bucket", "_sum", "_count"):
            found.add(it.name + end)
    return found


def test_every_figure_that_is_named_is_one():
    known = known_figures()
    paths = [
        it for it in (ROOT / "deploy").rglob("*") if it.suffix in (".yaml", ".json")
    ]
    paths.append(ROOT / "docs" / "operations.md")
    named = {(it, p.name) for p in paths for it in FIGURE.findall(p.read_text())}
    assert [it for it in named if it[0] not in known] == []
    assert ("spom_media_capacity", "scaling.yaml") in named
    assert "spom_media_capacty" not in known
