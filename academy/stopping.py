"""How a web process stops: whoever has come in is answered, and whoever comes now goes to another process at once.

A worker of gunicorn that was told to stop takes in nobody any more, but its port stays open until its last answer is
given. Whoever comes meanwhile waits, and is broken off in the end; the proxy must not send a form a second time, so
that somebody sees an error. Here the port lets in no new calls from the first moment, whoever stands before it is taken
in, and then it is closed, so that the proxy asks the other process.
"""

import ctypes
import errno
import socket
import struct
from contextlib import suppress
from threading import Timer
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # it ships no types

# Linux: a filter on what reaches a socket, and the shortest one that there is: it keeps everything.
SO_ATTACH_FILTER = 26
KEEP_OUT = struct.pack("=HBBI", 0x06, 0, 0, 0)
# A call that was not let in is repeated after a second: then it is refused, and goes to the other process.
SECONDS = 0.8
CLOSED = (errno.EINVAL, errno.EBADF)


class TakingInWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Threads that answer pages; one that stops takes in first whoever stands before the port."""

    def set_accept_enabled(self, enabled: bool) -> None:  # as gunicorn has it
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._take_in_all(listener)
        super().set_accept_enabled(enabled)

    def _take_in_all(self, listener: Any) -> None:
        listener.setblocking(False)
        before = -1
        while self.nr_conns != before:
            before = self.nr_conns
            try:
                self.accept(listener)
            except OSError as problem:
                if problem.errno not in CLOSED:
                    raise


def close_the_port_first(server: Any) -> None:
    """Have this gunicorn close its port at the beginning of a stop, and not at its end."""
    stop = server.stop

    def stop_with_the_port_closed(*words: Any, **more: Any) -> None:
        # Another gunicorn that took over this one's port goes on with it.
        if not server.reexec_pid:
            for listener in server.LISTENERS:
                _close_port(listener.sock)
        stop(*words, **more)

    server.stop = stop_with_the_port_closed


def _close_port(port: socket.socket) -> None:
    """Let in nobody new, and close a little later, when the workers have taken in those who were there."""
    if port.family not in (socket.AF_INET, socket.AF_INET6):
        return
    ours = port.dup()  # gunicorn closes its own; the workers have theirs
    program = ctypes.create_string_buffer(KEEP_OUT)
    filtered = struct.pack("HP", 1, ctypes.addressof(program))
    with suppress(OSError):  # without the filter, whoever comes in between is broken off
        ours.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filtered)
    closing = Timer(SECONDS, _shut, (ours,))
    closing.daemon = True
    closing.start()


def _shut(port: socket.socket) -> None:
    """Close it for everybody who has it, not only for this process."""
    with suppress(OSError):
        port.shutdown(socket.SHUT_RDWR)
    port.close()
