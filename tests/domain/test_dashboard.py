"""The dashboard and the alarms ask for figures that there are, as the documents say."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from app.adapters import figures

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana/module-study.json").read_text())
PANELS = DASHBOARD["panels"]
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())
ALARMS = {it["alert"]: it for group in RULES["groups"] for it in group["rules"]}
SUFFIXES = {Counter: ["_total"], Gauge: [""], Histogram: ["_bucket", "_sum", "_count"]}
OURS = [it for it in vars(figures).values() if isinstance(it, MetricWrapperBase)]
KEPT = [it for it in vars(figures).values() if isinstance(it, figures.Kept)]
OF_PYTHON = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "python_gc_collections_total",
}
OF_PROMETHEUS = {"up"}
WORDS = {
    *("sum", "max", "by", "rate", "increase", "histogram_quantile", "topk", "or"),
    *("unless", "offset"),
}
LABELS = {"le", "instance", "job"} | {label for it in OURS for label in it._labelnames}


def names() -> set[str]:
    found = {f"{it._name}{end}" for it in OURS for end in SUFFIXES[type(it)]}
    return found | {f"{it._name}_total" for it in KEPT} | OF_PYTHON | OF_PROMETHEUS


def strangers(expression: str) -> set[str]:
    """What an expression names that nobody knows."""
    plain = re.sub(r'"[^"]*"|\$__rate_interval|\b[0-9][0-9.]*[smh]?\b', "", expression)
    labels = set()
    for group in re.findall(r"(?:by \(|\{)([^)}]*)[)}]", plain):
        labels |= {it.strip(" =~!") for it in group.split(",")}
    rest = re.sub(r"(?:by \(|\{)[^)}]*[)}]", "", plain)
    said = set(re.findall(r"[a-z_]\w*", rest))
    return (labels - LABELS) | (said - names() - WORDS)


EXPRESSIONS = [
    (panel["title"], target["expr"])
    for panel in PANELS
    for target in panel.get("targets", [])
] + [(name, it["expr"]) for name, it in ALARMS.items()]


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS)
def test_an_expression_names_what_there_is(title, expression):
    assert strangers(expression) == set()
    assert expression.count("(") == expression.count(")")
    assert any(name in expression for name in names())


def test_the_control_what_there_is_not_is_found():
    wrong = "sum by (srn) (rate(spom_look_second_bucket[5m])) > 1"
    assert strangers(wrong) == {"srn", "spom_look_second_bucket"}
    assert strangers('spom_media_streams{student="5xx"}') == {"student"}
    assert strangers('spom_http_request_seconds_count{status="5xx"}') == set()


def test_grafana_can_import_it_and_asks_which_prometheus():
    assert DASHBOARD["schemaVersion"] >= 39
    [asked] = DASHBOARD["templating"]["list"]
    assert (asked["name"], asked["type"]) == ("datasource", "datasource")
    uid = "${datasource}"
    for panel in PANELS:
        for it in [panel, *panel.get("targets", [])] if panel["type"] != "row" else []:
            assert it["datasource"] == {"type": "prometheus", "uid": uid}


def test_panels_have_ids_of_their_own_and_lie_beside_each_other():
    assert len({it["id"] for it in PANELS}) == len(PANELS)
    taken: dict[tuple[int, int], str] = {}
    for panel in PANELS:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_every_part_of_the_house_has_its_row():
    rows = [it["title"].split(",")[0] for it in PANELS if it["type"] == "row"]
    assert rows == ["Students", "Media", "Workers", "App", "Database", "Processes"]
    tops = [it["gridPos"]["y"] for it in PANELS if it["type"] == "row"]
    assert all(above < below for above, below in pairwise(tops))


def written() -> dict[str, list[str]]:
    """The rows of the table of alarms in docs/operations.md, by name."""
    text = (ROOT / "docs/operations.md").read_text()
    table = text.split("| alarm | figure | when | it means | do |\n|---", 1)[1]
    lines = table.split("\n\n", 1)[0].splitlines()[1:]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {row[0].strip("` "): row[1:] for row in rows}


def test_every_alarm_of_the_documents_is_a_rule_and_the_reverse():
    assert written().keys() == ALARMS.keys()
    assert len(ALARMS) > 8


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_as_the_documents_say(name):
    figure, when, means, do = written()[name]
    rule, said = ALARMS[name], ALARMS[name]["annotations"]
    assert (said["summary"], said["description"]) == (means, do)
    most = re.search(r"above ([0-9.]+)", when)
    if most:
        assert rule["expr"].endswith(f" > {most[1]}")
    else:
        assert rule["expr"].endswith(" == 0" if name == "ProcessGone" else " > 0")
    assert ("0.99" in rule["expr"]) is ("p99" in when)
    lasting = re.search(r"for ([0-9]+) minutes", when)
    assert rule.get("for", "0m") == f"{lasting[1]}m" if lasting else True
    named = re.findall(r"`(spom_\w+)`", figure)
    assert not named or any(it in rule["expr"] for it in named)


def test_the_thresholds_that_are_drawn_are_those_of_the_alarms():
    told = [re.search(r"Alarm (\w+):", it.get("description", "")) for it in PANELS]
    drawn = {}
    for panel, alarm in zip(PANELS, told, strict=True):
        steps = panel.get("fieldConfig", {}).get("defaults", {}).get("thresholds")
        if steps:
            drawn[alarm[1]] = steps["steps"][-1]["value"]
    assert len(drawn) == 8
    for name, value in drawn.items():
        assert ALARMS[name]["expr"].endswith(f" > {value}")
