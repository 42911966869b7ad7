"""gunicorn for Academy: `python -m gunicorn -c deploy/gunicorn.conf.py academy.wsgi`."""

import os
from typing import Any

from academy.crowding import CrowdWorker
from academy.stopping import close_the_port_first

bind = os.environ.get("ACADEMY_BIND", "127.0.0.1:8001")
workers = int(os.environ.get("ACADEMY_WORKERS", "2"))
worker_class = CrowdWorker
threads = int(os.environ.get("ACADEMY_THREADS", "4"))
# A page takes less than a second; what takes longer than this hangs.
timeout = 60
# Whoever has come in when it stops is answered, also behind a long queue: the proxy waits for 60 seconds.
graceful_timeout = 55
# Longer than the proxy keeps a connection (60 seconds): whoever closes first must not be the one that is asked.
keepalive = 75
# The port opens once the application is there, so that nobody waits at it for one that only starts.
preload_app = True
# A worker is renewed now and then, not all at the same moment.
max_requests, max_requests_jitter = 20_000, 2_000
# The proxy speaks of them in its log; here are the answers that matter, as JSON.
accesslog = None
errorlog = "-"
loglevel = "warning"
limit_request_line, limit_request_fields, limit_request_field_size = 4094, 60, 8190
# The proxy on this machine is believed about the scheme, nobody else.
forwarded_allow_ips = "127.0.0.1,::1"
# Nobody asks for it, and both processes would have the same one.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Read what every worker needs before there are any, and before the port opens."""
    from django.apps import apps

    from academy.warming import warm_up

    if apps.ready:  # the application that was loaded is the academy
        warm_up()


def when_ready(server: Any) -> None:
    """Have a stop send whoever comes now to the other process."""
    close_the_port_first(server)


def pre_fork(server: Any, worker: Any) -> None:
    """Have no worker inherit a connection to the database: each opens its own."""
    from django.db import connections

    connections.close_all()


def child_exit(server: Any, worker: Any) -> None:
    """Have the counts of a worker that ended stay in the totals, and its sockets leave them."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
