"""PostgreSQL and Valkey of our own, from pip wheels: nothing to install, no port taken.

Both listen on Unix sockets in a private folder, so two checkouts never collide. They
outlive a killed parent and are taken up again by the next start.
"""

from app.adapters.embedded.folders import ServiceFailed
from app.adapters.embedded.postgres import Postgres, start_postgres
from app.adapters.embedded.valkey import Valkey, start_valkey

__all__ = ["Postgres", "ServiceFailed", "Valkey", "start_postgres", "start_valkey"]
