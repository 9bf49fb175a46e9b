"""What a process counts and times, as Prometheus reads it.

Labels are bounded: routes as they are written in the code, never what was asked for; no
student, no sitting.
"""

from prometheus_client import Counter, Gauge, Histogram

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
DB_AWAY = Counter("spom_db_away_total", "How often the database was out of reach.")
LIVE_PAGES = Gauge("spom_live_pages", "Open pages that watch something.")
LIVE_PUSH = Histogram(
    "spom_live_push_seconds",
    "From gathered news to the texts of all pages.",
    buckets=SECONDS,
)
TASK_FAULTS = Counter(
    "spom_task_failures_total", "Background tasks that failed and began anew.", ["task"]
)
STREAMS = Gauge("spom_media_streams", "Streams of students on this node.")
CAPACITY = Gauge("spom_media_capacity", "Streams this node takes.")
VIEWS = Gauge("spom_media_views", "Live views of proctors on this node.")
LOOKS = Counter("spom_looks_judged_total", "Looks that were judged.", ["verdict"])
LOOK_SECONDS = Histogram(
    "spom_look_seconds", "From the asking to the verdict.", buckets=SECONDS
)
LOOKS_WAIT = Gauge(
    "spom_looks_waiting_seconds", "For how long a due look was not taken up."
)
LETTERS_WAIT = Gauge("spom_letters_waiting_seconds", "For how long e-mail waits.")
