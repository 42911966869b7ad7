"""A web process that is asked more than it can answer: who hung up while they stood in its queue is passed over.

Browsers and scripts wait for some seconds and ask again. If their first question were answered all the same, a crowd
that comes back after the network was away would keep every thread busy with pages that nobody reads any more. Then
next to nobody has theirs in time, and everybody asks again. What was sent to be stored and is passed over was never
acknowledged: the page sends it again, or a person sees that it was not done.
"""

import select
from typing import Any

from academy.counting import PASSED_OVER
from academy.stopping import TakingInWorker

# Linux says so even while the question itself is unread; elsewhere everybody is answered.
HUNG_UP = getattr(select, "POLLRDHUP", 0)


class CrowdWorker(TakingInWorker):
    """Threads that answer whoever still waits.

    The proxy hangs up when its browser does (nginx and Caddy). Whoever only says that they will send no more counts as
    gone, too: no proxy of ours does that.
    """

    def handle(self, conn: Any) -> Any:  # as gunicorn has it, in a thread of the pool
        if has_hung_up(conn.sock):
            PASSED_OVER.inc()
            return False
        return super().handle(conn)


def has_hung_up(line: Any) -> bool:
    """Whether the other end of a socket was closed, or will send no more."""
    if not HUNG_UP:
        return False
    asked = select.poll()
    asked.register(line, HUNG_UP)
    return bool(asked.poll(0))
