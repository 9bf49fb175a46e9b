"""`python healthy.py HOST:PORT`: whether the process that shows its figures there runs.

Stands alone, and imports little: a container asks every few seconds.
"""

import http.client
import sys
from contextlib import closing

PATIENCE_S = 4
EVERYWHERE = ("0.0.0.0", "::", "")


def is_well(address: str) -> bool:
    """`address` as SPOM_METRICS has it: where the process listens."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    asked = "127.0.0.1" if host in EVERYWHERE else host
    try:
        called = http.client.HTTPConnection(asked, int(port), timeout=PATIENCE_S)
        with closing(called):
            called.request("GET", "/healthz")
            return called.getresponse().status == 200
    except (OSError, ValueError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1]) else 1)
