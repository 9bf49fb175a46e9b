"""The manifests of Kubernetes are valid, and as careful as we promise."""

import re
from pathlib import Path

import asyncpg
import pytest

from tests.deploy.kustomized import containers, documents, pods, rendered
from tests.deploy.rules import KUBERNETES, troubles

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
OVERLAYS = sorted(it.parent for it in K8S.glob("overlays/*/kustomization.yaml"))


@pytest.fixture
def manifests():
    return rendered(K8S / "base")


def named(manifests, kind, name):
    (it,) = [
        it for it in manifests if it["kind"] == kind and it["metadata"]["name"] == name
    ]
    return it


@pytest.mark.parametrize("folder", [K8S / "base", *OVERLAYS], ids=lambda it: it.name)
def test_every_manifest_is_valid_and_careful(folder):
    assert troubles(rendered(folder)) == []


def misspell(manifests):
    pod = named(manifests, "Deployment", "app")["spec"]["template"]["spec"]
    pod["containers"][0]["readinesProbe"] = {}
    return "readinesProbe"


def run_as_root(manifests):
    for _, pod in pods(manifests):
        pod["securityContext"]["runAsUser"] = 0
    return "app: may run as root"


def probe_nothing(manifests):
    for _, pod in pods(manifests):
        pod["containers"][0].pop("livenessProbe", None)
    return "media: media: no livenessProbe"


def gain_rights(manifests):
    for it in containers(manifests):
        del it["securityContext"]["allowPrivilegeEscalation"]
    return "matcher: keys: may gain rights"


def take_everything(manifests):
    for it in containers(manifests):
        del it["resources"]["limits"]
    return "sampler: sampler: may take all memory"


def forget_the_budget(manifests):
    manifests.remove(named(manifests, "PodDisruptionBudget", "media"))
    return "media: no disruption budget"


def misspell_a_trigger(manifests):
    named(manifests, "ScaledObject", "media")["spec"]["triggers"][0]["type"] = "prom"
    return "$.spec.triggers[0]"


def misspell_how_slowly(manifests):
    spec = named(manifests, "ScaledObject", "matcher")["spec"]
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    behavior["scaleDown"]["stabilisationWindowSeconds"] = 1
    return "stabilisationWindowSeconds"


@pytest.mark.parametrize(
    "spoil",
    [
        misspell,
        run_as_root,
        probe_nothing,
        gain_rights,
        take_everything,
        forget_the_budget,
        misspell_a_trigger,
        misspell_how_slowly,
    ],
)
def test_a_careless_manifest_is_refused_by_name(manifests, spoil):
    expected = spoil(manifests)
    assert expected in "\n".join(troubles(manifests, KUBERNETES[-1:]))


def test_every_file_of_the_base_is_used():
    listed = (K8S / "base" / "kustomization.yaml").read_text()
    names = {it.name for it in (K8S / "base").glob("*.yaml")} - {"kustomization.yaml"}
    assert [name for name in names if f"- {name}\n" not in listed] == []


@pytest.mark.parametrize("folder", [K8S / "base", *OVERLAYS], ids=lambda it: it.name)
def test_each_media_pod_that_may_start_has_its_address(folder):
    found = rendered(folder)
    most = named(found, "ScaledObject", "media")["spec"]["maxReplicaCount"]
    settings = named(found, "ConfigMap", "media")["data"]
    rules = named(found, "Ingress", "media")["spec"]["rules"]
    hosts = {
        it["host"]: it["http"]["paths"][0]["backend"]["service"]["name"] for it in rules
    }
    names = [f"media-{number}" for number in range(most)]
    assert hosts == {f"{it}.{settings['MEDIA_DOMAIN']}": it for it in names}
    for name in names:
        chosen = named(found, "Service", name)["spec"]["selector"]
        assert chosen == {"statefulset.kubernetes.io/pod-name": name}
    # And pages may send video to all of them.
    pattern = named(found, "ConfigMap", "settings")["data"]["SPOM_MEDIA_URL"]
    assert pattern == f"https://*.{settings['MEDIA_DOMAIN']}"


def test_what_is_scaled_and_chosen_is_there(manifests):
    for it in manifests:
        if target := it.get("spec", {}).get("scaleTargetRef"):
            named(manifests, target.get("kind", "Deployment"), target["name"])
    labels = {name for name, _ in pods(manifests)}
    text = (K8S / "base" / "network.yaml").read_text()
    for policy in documents(K8S / "base" / "network.yaml"):
        chosen = policy["spec"]["podSelector"].get("matchLabels", {})
        assert set(chosen.values()) <= labels
    assert "podSelector: {}" in text  # Nobody reaches anybody, to begin with.


def filled_in():
    return [
        line
        for line in (K8S / "secrets.env.example").read_text().splitlines()
        if "=" in line and line[0] != "#" and not line.endswith("=")
    ]


def test_no_secret_stands_in_a_file():
    kinds = {it["kind"] for folder in OVERLAYS for it in rendered(folder)}
    assert "Secret" not in kinds
    assert "secretGenerator" not in (K8S / "base" / "kustomization.yaml").read_text()
    [url] = filled_in()
    assert url.startswith("DATABASE_URL=postgresql://spom:…@postgres.example.org/spom?")


async def test_the_database_that_must_prove_itself_is_told_to_whom(
    monkeypatch, tmp_path
):
    """asyncpg takes `verify-full` only with a file of authorities; nobody's home, as
    in the image, has one. Here the file or the server may be away, no more."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    [url] = [it.removeprefix("DATABASE_URL=") for it in filled_in()]
    assert "sslmode=verify-full&sslrootcert=/" in url
    nowhere = url.replace("postgres.example.org", "127.0.0.1:1")
    with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
        await asyncpg.connect(nowhere, timeout=10)
    untold = re.sub(r"&sslrootcert=[^&]+", "", nowhere)
    with pytest.raises(asyncpg.ClientConfigurationError, match="root certificate"):
        await asyncpg.connect(untold, timeout=10)


def test_only_media_leaves_the_network_of_pods(manifests):
    assert [name for name, pod in pods(manifests) if pod.get("hostNetwork")] == [
        "media"
    ]
    assert {
        it["metadata"]["namespace"]
        for it in manifests
        if it["metadata"]["name"].startswith("media") and it["kind"] != "ConfigMap"
        if it["kind"] != "Namespace"
    } == {"module-study-media"}
