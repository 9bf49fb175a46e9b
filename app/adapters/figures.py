"""What a process counts and times, as Prometheus reads it.

Labels are bounded: routes as they are written in the code, never what was asked for; no
student, no sitting.
"""

from collections.abc import Callable, Iterator

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector


class Kept(Collector):
    """A count that somebody keeps anyway, read when Prometheus asks: where packets
    arrive, counting twice would cost."""

    def __init__(self, name: str, told: str) -> None:
        self.read: Callable[[], float] = lambda: 0
        self._name, self._told = name, told
        REGISTRY.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(self._name, self._told, value=self.read())


SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3, 10)

REQUESTS = Histogram(
    "spom_http_request_seconds",
    "How long answers took, but for sockets.",
    ["method", "route", "status"],
    buckets=SECONDS,
)
LOOP_LAG = Histogram(
    "spom_loop_lag_seconds",
    "How much later than asked for the event loop woke us.",
    buckets=SECONDS,
)
DB_WAIT = Histogram(
    "spom_db_wait_seconds", "How long for a free connection.", buckets=SECONDS
)
DB_CONNECTIONS = Gauge(
    "spom_db_connections", "Connections of this process, by state.", ["state"]
)
DB_AWAY = Counter("spom_db_away_total", "How often the database was out of reach.")
LIVE_PAGES = Gauge("spom_live_pages", "Open pages that watch something.")
LIVE_PUSH = Histogram(
    "spom_live_push_seconds",
    "From gathered news to the texts of all pages.",
    buckets=SECONDS,
)
LIVE_TOPICS = Gauge("spom_live_topics", "Topics that open pages watch.")
LIVE_TEXTS = Counter("spom_live_texts_total", "States put before pages, one a page.")
LIVE_CUT = Counter("spom_live_cut_total", "Pages cut that took no state in time.")
TASK_FAULTS = Counter(
    "spom_task_failures_total", "Background tasks that failed and began anew.", ["task"]
)
STREAMS = Gauge("spom_media_streams", "Streams of students on this node.")
CAPACITY = Gauge("spom_media_capacity", "Streams this node takes.")
VIEWS = Gauge("spom_media_views", "Live views of proctors on this node.")
PACKETS = Kept("spom_media_packets", "Packets let in, of all streams.")
BYTES = Kept("spom_media_bytes", "Bytes let in, of all streams.")
DROPPED = Kept(
    "spom_media_dropped_packets",
    "Packets refused: of strangers, no consent, over budget, no room.",
)
KEY_FRAMES = Counter(
    "spom_media_key_frames_total",
    "Key frames asked for: for a look, a glance or a viewer.",
    ["why"],
)
CAPTURES = Histogram(
    "spom_media_capture_seconds",
    "From a command to its sample: with pictures, with none, or without a stream.",
    ["outcome"],
    buckets=SECONDS,
)
GLANCES = Counter("spom_media_glances_total", "Glances, by what they saw.", ["sight"])
GLANCE_SECONDS = Histogram(
    "spom_media_glance_seconds",
    "How long the glance thread had with those that arrived together.",
    buckets=SECONDS,
)
REFUSED = Counter(
    "spom_media_refused_total",
    "Offers and changes refused, by the code of the answer; `fault`: a bug.",
    ["code"],
)
CLAIMED = Counter(
    "spom_looks_claimed_total",
    "Due looks that a sampler took: commanded, or given back without video.",
    ["outcome"],
)
EXAMINING = Histogram(
    "spom_examining_seconds", "The engine with one sample.", buckets=SECONDS
)
GLANCE_BATCH = Histogram(
    "spom_glance_batch", "Glances taken at a time.", buckets=(1, 5, 20, 50, 100, 199)
)
SAMPLES_WAIT = Gauge("spom_samples_waiting", "Samples that no matcher has done with.")
GLANCES_WAIT = Gauge("spom_glances_waiting", "Glances that no glancer has done with.")
LOOKS = Counter("spom_looks_judged_total", "Looks that were judged.", ["verdict"])
LOOK_SECONDS = Histogram(
    "spom_look_seconds", "From the asking to the verdict.", buckets=SECONDS
)
LOOKS_WAIT = Gauge(
    "spom_looks_waiting_seconds", "For how long a due look was not taken up."
)
SITTINGS = Gauge(
    "spom_sittings", "Sittings that have not ended, and that run.", ["kind", "state"]
)
LETTERS_WAIT = Gauge("spom_letters_waiting_seconds", "For how long e-mail waits.")
LETTERS = Counter(
    "spom_letters_total",
    "Tries to send a letter, by what came of it.",
    ["channel", "state"],
)
