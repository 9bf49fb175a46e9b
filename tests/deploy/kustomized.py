"""What `kubectl kustomize` makes of a folder, as far as ours use it.

Only what stands here is understood; anything else in a kustomization is an error, so
that nothing is believed to be checked that is not.
"""

from pathlib import Path

import yaml

KNOWN = {"apiVersion", "kind", "resources", "configMapGenerator", "images", "patches"}

Manifest = dict


def rendered(folder: Path) -> list[Manifest]:
    wanted = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(wanted) <= KNOWN, set(wanted) - KNOWN
    found: list[Manifest] = []
    for name in wanted["resources"]:
        path = folder / name
        found += rendered(path.resolve()) if path.is_dir() else documents(path)
    for generated in wanted.get("configMapGenerator", []):
        _settings(found, generated)
    for patch in wanted.get("patches", []):
        _patched(found, patch)
    for image in wanted.get("images", []):
        for it in containers(found):
            if it["image"] == image["name"]:
                it["image"] = f"{image['newName']}:{image['newTag']}"
    return found


def documents(path: Path) -> list[Manifest]:
    return list(yaml.safe_load_all(path.read_text()))


def pods(manifests: list[Manifest]) -> list[tuple[str, Manifest]]:
    """The name of each workload and the specification of its pods."""
    return [
        (it["metadata"]["name"], it["spec"]["template"]["spec"])
        for it in manifests
        if it["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job")
    ]


def containers(manifests: list[Manifest]) -> list[Manifest]:
    return [
        it
        for _, pod in pods(manifests)
        for it in (*pod.get("initContainers", []), *pod["containers"])
    ]


def _settings(found: list[Manifest], generated: Manifest) -> None:
    data = dict(it.split("=", 1) for it in generated["literals"])
    of = {key: generated[key] for key in ("name", "namespace")}
    if generated.get("behavior") != "merge":
        assert "behavior" not in generated
        of_kind = {"apiVersion": "v1", "kind": "ConfigMap"}
        found.append({**of_kind, "metadata": of, "data": data})
        return
    (kept,) = [it for it in found if it["kind"] == "ConfigMap" and it["metadata"] == of]
    kept["data"].update(data)


def _patched(found: list[Manifest], patch: Manifest) -> None:
    target = patch["target"]
    meant = [
        it
        for it in found
        if it["kind"] == target["kind"]
        and target.get("name") in (None, it["metadata"]["name"])
    ]
    assert meant, f"nothing is {target}"
    for it in meant:
        for step in yaml.safe_load(patch["patch"]):
            _stepped(it, step)


def _stepped(it: Manifest, step: Manifest) -> None:
    *way, last = step["path"].strip("/").split("/")
    for key in way:
        it = it[int(key)] if isinstance(it, list) else it[key]
    key = int(last) if isinstance(it, list) else last
    assert step["op"] in ("add", "replace")
    if step["op"] == "replace":
        it[key]  # What is not there cannot be replaced.
    it[key] = step["value"]
