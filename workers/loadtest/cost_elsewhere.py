"""What processes on other machines spend, as their own figures tell (`SPOM_METRICS`).

PostgreSQL and Valkey are no processes of ours: an exporter that shows Prometheus's
`process_…` figures serves, such as `--figures postgresql=http://10.0.0.9:9187`.
"""

import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from workers.loadtest.cost import Spent

WITHIN_S = 2.0
CPU, MEMORY = "process_cpu_seconds_total", "process_resident_memory_bytes"


class BadFigures(ValueError):
    """The message says how an address is written."""


def read_addresses(texts: Iterable[str]) -> dict[str, list[str]]:
    """`media=http://10.0.0.5:9464`, one a process, by kind. Raises BadFigures."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        kind, _, url = text.partition("=")
        if not kind or not url.startswith(("http://", "https://")):
            raise BadFigures(f"{text!r}: write KIND=URL, media=http://10.0.0.5:9464.")
        found[kind].append(url.rstrip("/"))
    return dict(found)


@dataclass(slots=True)
class Elsewhere:
    """Blocks for up to `WITHIN_S` a process; one that does not answer counts with what
    it told last."""

    addresses: Mapping[str, Sequence[str]]
    _last: dict[str, Spent] = field(default_factory=dict)

    def read(self) -> dict[str, Spent]:
        """By kind; those of which nothing was ever heard are left out."""
        for url in (url for urls in self.addresses.values() for url in urls):
            try:
                self._last[url] = _spent(_fetch(url))
            except (OSError, ValueError):
                continue
        told = {
            kind: [self._last[url] for url in urls if url in self._last]
            for kind, urls in self.addresses.items()
        }
        return {kind: _sum(some) for kind, some in told.items() if some}


def _fetch(url: str) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{url}/metrics", timeout=WITHIN_S) as answer:
        return str(answer.read().decode())


def _spent(text: str) -> Spent:
    """Raises ValueError where the two figures are not there."""
    found = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name in (CPU, MEMORY)
    }
    if len(found) < 2:
        raise ValueError(f"no {CPU} or {MEMORY}")
    return Spent(found[CPU], int(found[MEMORY]), 0)


def _sum(some: Sequence[Spent]) -> Spent:
    cpu_s = sum(it.cpu_s for it in some)
    return Spent(cpu_s, sum(it.memory for it in some), 0)
