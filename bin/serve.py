"""`make run`: the demo edition, served on this machine."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from contextlib import closing

from bin import environment
from bin.project import manage, setting
from bin.speech import ROOT, Problem

HOST = "127.0.0.1"
# WhiteNoise hands its files to the server as Django advises against; here, with one visitor, that does no harm.
QUIETLY = "ignore:StreamingHttpResponse must consume synchronous iterators"
# As in deploy/: a page pasted into the document is one frame, and packing frames costs more than it saves.
SOCKETS = ["--ws-max-size", "1048576", "--ws-per-message-deflate", "false"]
REHEARSAL = "2022-02-04T13:40+01:00"


def read_port(text: str) -> int:
    """The port as a number.

    Raises Problem when it is none.
    """
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(
            f"PORT has to be a number from 1 to 65535, not {text!r}; for example: make run PORT=8001"
        )
    return int(text)


def require_free(port: int) -> None:
    """Raise Problem, naming PORT=, when nothing can be served on the port."""
    reason = _why_not(port)
    if reason is None:
        return
    other = next(
        (number for number in range(port + 1, min(port + 50, 65536)) if _why_not(number) is None), 8000
    )
    raise Problem(f"Port {port} {reason}. Choose another one: make run PORT={other}")


def serve(port: int) -> None:
    """Fill an empty database with the demo, start what works behind the pages, then become the server.

    Returns only when it could not start.
    """
    defaults = {"ACADEMY_NOW": REHEARSAL, "LOG_LEVEL": "WARNING", "SECOND_FACTOR": "0"}
    defaults["SITE_ADDRESS"] = f"http://{HOST}:{port}"
    environ = {**os.environ, **{name: setting(name, value) for name, value in defaults.items()}}
    seed = manage("seed_demo", "--stage", "drafting", "--if-empty")
    if subprocess.run(seed, cwd=ROOT, env=environ, check=False).returncode != 0:
        raise Problem("The demo could not be prepared; the error is above.")
    require_free(port)
    print(f"\n{_about_the_clock(environ['ACADEMY_NOW'])}")
    print(_about_the_second_factor(environ["SECOND_FACTOR"]))
    print(f"Academy is open at http://{HOST}:{port}/ (Ctrl-C stops it).\n", flush=True)
    uvicorn = [
        str(environment.PYTHON),
        "-W",
        QUIETLY,
        "-m",
        "uvicorn",
        "academy.asgi:application",
        "--no-proxy-headers",
    ]
    os.chdir(ROOT)
    # Becoming the server keeps the number of this process, and the tasks end with it.
    subprocess.Popen(manage("run_tasks", "--beside", str(os.getpid())), env=environ)
    where = ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    os.execve(uvicorn[0], [*uvicorn, *where, *SOCKETS], environ)  # noqa: S606 - no shell is wanted here


def _about_the_clock(now: str) -> str:
    if not now:
        return "The clock shows the real time."
    return (
        f"The clock starts at {now}, in the demo's past (ACADEMY_NOW= for the real time). "
        f"At the shell, too: ACADEMY_NOW={now} .venv/bin/python manage.py …"
    )


def _about_the_second_factor(wanted: str) -> str:
    if wanted.strip().lower() in {"0", "false", "no", "off"}:
        return "Organisers need no second step of logging in here, as they do elsewhere (SECOND_FACTOR=1 asks for it)."
    return "Organisers need a second step of logging in (SECOND_FACTOR=0 does without, for a demo)."


def _why_not(port: int) -> str | None:
    """Why a port cannot be served on, or None when it can."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return "is already in use"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            return "is not allowed for you" if error.errno == errno.EACCES else "is already in use"
    return None
