"""The code accepts the settings that the files of deployment hand to it."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from app.settings import Settings
from media.settings import Settings as MediaSettings
from tests.deploy.kustomized import pods, rendered

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
GIVEN = {
    "STUDY_HOST": "study.example.org",
    "MEDIA_HOST": "media.example.org",
    "PUBLIC_ADDRESS": "203.0.113.7",
    "POSTGRES_PASSWORD": "p" * 32,
    "SPOM_SECRET": "s" * 64,
    "SMTP_URL": "smtp://user:word@mail.example.org:587",
    "MAIL_FROM": "Study <study@example.org>",
}
"""What docs/operations.md asks of deploy/.env, and nothing that may be left out."""
SECRETS = {
    "DATABASE_URL": "postgresql://spom:word@db.example.org/spom",
    "SPOM_SECRET": "s" * 64,
    "VALKEY_PASSWORD": "v" * 64,
    "SPOM_SMTP_URL": "smtps://user:word@mail.example.org",
}
OF_THE_POD = {"metadata.name": "media-3", "status.hostIP": "203.0.113.7"}
NAMED = re.compile(r"\$\{(\w+):([?-])([^}]*)\}")


@pytest.fixture
def environment(monkeypatch):
    """Sets these and no other."""

    def set_all(values: dict[str, str]) -> None:
        for name in Settings.model_fields | MediaSettings.model_fields:
            monkeypatch.delenv(f"SPOM_{name.upper()}", raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_all


def filled(text: object, given: dict[str, str]) -> str:
    """As compose does. Raises KeyError for what must be said and is not."""
    return NAMED.sub(
        lambda it: given[it[1]] if it[2] == "?" else given.get(it[1]) or it[3],
        str(text),
    )


def compose(given: dict[str, str], service: str = "app") -> dict[str, str]:
    it = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    told = it["services"][service]["environment"]
    return {
        name: filled(text, given) for name, text in told.items() if text is not None
    }


def of_pod(manifests, name: str) -> dict[str, str]:
    """What the first container of this workload finds in its environment."""
    (pod,) = [pod for known, pod in pods(manifests) if known == name]
    maps = {
        it["metadata"]["name"]: it["data"]
        for it in manifests
        if it["kind"] == "ConfigMap"
    }
    container = pod["containers"][0]
    found = {
        line.split("=")[0]: ""
        for line in (K8S / "secrets.env.example").read_text().splitlines()
        if re.match(r"\w+=", line) and name != "media"
    }
    for source in container["envFrom"]:
        if "configMapRef" in source:
            found.update(maps[source["configMapRef"]["name"]])
        else:
            found.update(SECRETS)
    for it in container["env"]:
        found[it["name"]] = value_of(it, maps, found)
    return found


def value_of(it, maps, found) -> str:
    if "value" in it:
        return re.sub(r"\$\((\w+)\)", lambda name: found[name[1]], it["value"])
    source = it["valueFrom"]
    if "fieldRef" in source:
        return OF_THE_POD[source["fieldRef"]["fieldPath"]]
    if "configMapKeyRef" in source:
        asked = source["configMapKeyRef"]
        return maps[asked["name"]][asked["key"]]
    return SECRETS[source["secretKeyRef"]["key"]]


def test_a_server_needs_no_more_than_is_asked_for(environment):
    environment(compose(GIVEN))
    it = Settings()
    assert it.app_url == "https://study.example.org"
    assert (it.keys, it.pay_key_id, it.evidence) == (None, "", "/srv/evidence")


def test_a_media_node_is_told_what_it_needs_and_no_more(environment):
    told = compose(GIVEN, "media")
    environment(told)
    media = MediaSettings()
    assert media.place.shared
    assert media.place.ports == range(40000, 40001)
    assert not [it for it in told if re.search("DATABASE|PAY|SMS|SMTP|KEYS|AWS", it)]
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())[
        "services"
    ]
    assert not {*services["media"]["networks"]} & {*services["postgres"]["networks"]}


@pytest.mark.parametrize("left_out", sorted(GIVEN))
def test_a_server_that_lacks_something_does_not_start(left_out):
    fewer = {name: it for name, it in GIVEN.items() if name != left_out}
    with pytest.raises(KeyError, match=left_out):
        compose(fewer) | compose(fewer, "media")


@pytest.mark.parametrize("folder", [K8S / "base"], ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["app", "sampler", "matcher"])
def test_pods_of_the_base_find_what_they_need(environment, folder, name):
    environment(of_pod(rendered(folder), name))
    it = Settings()
    assert it.redis_url == f"redis://:{'v' * 64}@valkey.module-study.svc"
    assert it.metrics == "0.0.0.0:9464"


@pytest.mark.parametrize("folder", [K8S / "base", K8S / "overlays" / "example"])
def test_media_pods_know_their_own_address(environment, folder):
    environment(of_pod(rendered(folder), "media"))
    it = MediaSettings()
    host = re.fullmatch(r"https://media-3\.(media\.\w+\.\w+)", it.media_url)[1]
    app = rendered(folder)
    pattern = next(
        m["data"]["SPOM_MEDIA_URL"]
        for m in app
        if m["kind"] == "ConfigMap" and m["metadata"]["name"] == "settings"
    )
    assert pattern == f"https://*.{host}"
    assert (it.node, it.place.address) == ("media-3", "203.0.113.7")


def test_the_control_a_wrong_setting_is_refused(environment):
    environment(compose(GIVEN) | {"SPOM_PROXIES": "many"})
    with pytest.raises(ValidationError, match="proxies"):
        Settings()
