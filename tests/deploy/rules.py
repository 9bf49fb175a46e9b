"""What we ask of a manifest besides its being one, in sentences of what is wrong."""

import kubernetes_validate
from jsonschema import Draft202012Validator

from tests.deploy.kustomized import Manifest, pods

KUBERNETES = ("1.30", "1.37")
LASTING = ("Deployment", "StatefulSet")


def troubles(
    manifests: list[Manifest], versions: tuple[str, ...] = KUBERNETES
) -> list[str]:
    found = []
    for it in manifests:
        found += _of_schema(it, versions)
    for name, pod in pods(manifests):
        found += [f"{name}: {said}" for said in _of_pod(pod)]
    for name in _lasting(manifests):
        found += [f"{name}: {said}" for said in _of_company(name, manifests)]
    return found


def _lasting(manifests: list[Manifest]) -> list[str]:
    return [it["metadata"]["name"] for it in manifests if it["kind"] in LASTING]


def _of_schema(it: Manifest, versions: tuple[str, ...]) -> list[str]:
    if it["apiVersion"].startswith("keda.sh/"):
        wrong = Draft202012Validator(SCALED_OBJECT).iter_errors(it)
        found = [f"{error.json_path}: {error.message}" for error in wrong]
        return found or _of_schema(_as_autoscaler(it), versions)
    for version in versions:
        try:
            kubernetes_validate.validate(it, version, strict=True)
        except (
            kubernetes_validate.ValidationError,
            kubernetes_validate.SchemaNotFoundError,
        ) as error:
            return [f"{it['kind']} {it['metadata'].get('name')}: {error}"]
    return []


def _of_pod(pod: Manifest) -> list[str]:
    found, secure = [], pod.get("securityContext", {})
    if not secure.get("runAsNonRoot") or not secure.get("runAsUser"):
        found.append("may run as root")
    if secure.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        found.append("no seccomp profile")
    if pod.get("automountServiceAccountToken", True):
        found.append("gets a token for the cluster's API")
    for it in (*pod.get("initContainers", []), *pod["containers"]):
        found += [f"{it['name']}: {said}" for said in _of_container(it)]
    if pod.get("restartPolicy") != "Never":
        for it in pod["containers"]:
            probes = ("readinessProbe", "livenessProbe")
            found += [f"{it['name']}: no {one}" for one in probes if one not in it]
    return found


def _of_container(it: Manifest) -> list[str]:
    secure, resources = it.get("securityContext", {}), it.get("resources", {})
    asked = {
        "may gain rights": secure.get("allowPrivilegeEscalation", True),
        "keeps capabilities": secure.get("capabilities", {}).get("drop") != ["ALL"],
        "writes to its image": not secure.get("readOnlyRootFilesystem"),
        "runs as root": secure.get("runAsUser") == 0,
        "asks for no memory": "memory" not in resources.get("requests", {}),
        "asks for no CPU": "cpu" not in resources.get("requests", {}),
        "may take all memory": "memory" not in resources.get("limits", {}),
    }
    return [said for said, wrong in asked.items() if wrong]


def _of_company(name: str, manifests: list[Manifest]) -> list[str]:
    """What stands beside a workload: how many there are, and how many may go."""
    kinds = {
        it["kind"] for it in manifests if name in (it["metadata"]["name"], _scales(it))
    }
    if name == "valkey":  # May be away at any moment.
        return []
    found = [] if "PodDisruptionBudget" in kinds else ["no disruption budget"]
    if not kinds & {"ScaledObject", "HorizontalPodAutoscaler"}:
        found.append("nobody says how many")
    return found


def _scales(it: Manifest) -> str | None:
    return it.get("spec", {}).get("scaleTargetRef", {}).get("name")


def _as_autoscaler(it: Manifest) -> Manifest:
    """What KEDA makes of it, so far as it hands it on unseen."""
    advanced = it["spec"].get("advanced", {})
    behavior = advanced.get("horizontalPodAutoscalerConfig", {}).get("behavior", {})
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": it["metadata"],
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", **it["spec"]["scaleTargetRef"]},
            "maxReplicas": it["spec"]["maxReplicaCount"],
            "behavior": behavior,
        },
    }


def _only(required: list[str], **properties: Manifest) -> Manifest:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


TEXT, NUMBER, ANY = {"type": "string"}, {"type": "integer", "minimum": 0}, {}
ASK = _only(
    ["serverAddress", "query", "threshold"],
    serverAddress=TEXT,
    query=TEXT,
    threshold=TEXT,
)
TRIGGER = {
    "oneOf": [
        _only(["type", "metadata"], type={"const": "prometheus"}, metadata=ASK),
        _only(
            ["type", "metricType", "metadata"],
            type={"const": "cpu"},
            metricType={"const": "Utilization"},
            metadata=_only(["value"], value=TEXT),
        ),
    ]
}
BEHAVIORS = ["static", "currentReplicas", "currentReplicasIfHigher"]
SCALED_OBJECT = _only(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "keda.sh/v1alpha1"},
    kind={"const": "ScaledObject"},
    metadata=_only(["name", "namespace"], name=TEXT, namespace=TEXT),
    spec=_only(
        ["scaleTargetRef", "minReplicaCount", "maxReplicaCount", "triggers"],
        scaleTargetRef=_only(["name"], apiVersion=TEXT, kind=TEXT, name=TEXT),
        minReplicaCount={"type": "integer", "minimum": 2},
        maxReplicaCount=NUMBER,
        pollingInterval=NUMBER,
        cooldownPeriod=NUMBER,
        fallback=_only(
            ["failureThreshold", "replicas"],
            failureThreshold=NUMBER,
            replicas=NUMBER,
            behavior={"enum": BEHAVIORS},
        ),
        advanced=_only(
            [], horizontalPodAutoscalerConfig=_only([], name=TEXT, behavior=ANY)
        ),
        triggers={"type": "array", "minItems": 1, "items": TRIGGER},
    ),
)
"""KEDA's own part of a ScaledObject (its 2.17), as far as ours use it."""
