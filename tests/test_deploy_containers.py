"""What the compose file keeps apart, and what its small commands do, run here with other folders and programs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service.get("image", "").startswith("academy:")}
# Each notes its words; the backup fails.
PYTHON = '#!/bin/sh\necho "$2" >> "$NOTES"\n[ "$2" != backup ]\n'
SLEEP = '#!/bin/sh\necho "sleep $1" >> "$NOTES"\nexec /bin/sleep 30\n'


def mounts(name: str) -> dict[str, str]:
    """Where the service sees each volume, with `:ro` if it may not write there."""
    return dict(volume.split(":", 1) for volume in SERVICES[name]["volumes"])


def test_the_proxy_sees_static_files_and_the_mark_of_maintenance_and_no_other_volume_of_ours():
    assert mounts("caddy") == {
        "./caddy": "/etc/caddy/academy:ro",
        "./nginx": "/srv/academy/deploy/nginx:ro",
        "public": "/var/lib/academy:ro",
        "caddy": "/data",
    }
    caddyfile = (ROOT / "deploy" / "caddy" / "compose.Caddyfile").read_text()
    assert re.findall(r"root (?:\* )?(/var/\S+)", caddyfile) == [
        "/var/lib/academy",
        "/var/lib/academy/static",
    ]


def test_only_the_service_that_puts_files_there_may_write_what_the_proxy_serves():
    writing = {name for name in OURS if mounts(name)["public"] == "/srv/public"}
    reading = {name for name in OURS if mounts(name)["public"] == "/srv/public:ro"}
    assert writing == {"static"}
    assert reading == OURS - writing
    assert set(SERVICES["static"]["volumes"]) == {"data:/var/lib/academy", "public:/srv/public"}


def test_whoever_mounts_the_volume_comes_after_the_one_it_belongs_to():
    for name in OURS - {"static"}:
        assert SERVICES[name]["depends_on"]["static"] == {"condition": "service_completed_successfully"}
    assert "-o academy -g academy" in (made := (ROOT / "deploy" / "Containerfile").read_text())
    assert re.search(r"install -d -o academy .*/srv/public", made)


def words_of(name: str, **places: Path) -> list[str]:
    """The command of a service with other folders."""
    command = SERVICES[name]["command"]
    for theirs, ours in (("/srv/static", "image"), ("/srv/public", "public"), ("/var/lib/academy", "var")):
        command = command.replace(theirs, str(places.get(ours, "")) or theirs)
    return shlex.split(command)


@pytest.mark.parametrize("before", ["nothing", "a folder", "a link"])
def test_static_files_are_where_the_program_and_the_proxy_look_and_earlier_ones_stay(tmp_path, before):
    image, public, var = (tmp_path / name for name in ("static", "public", "var"))
    for folder in (image, public, var):
        folder.mkdir()
    (image / "new.css").write_text("p {}")
    if before == "a folder":
        (var / "static").mkdir()
        (var / "static" / "old.css").write_text("")
    elif before == "a link":
        (public / "static").mkdir()
        (public / "static" / "old.css").write_text("")
        (var / "static").symlink_to(public / "static")
    words = words_of("static", image=image, public=public, var=var)
    for _time in range(2):
        subprocess.run(words, check=True)
    assert (var / "static" / "new.css").read_text() == "p {}"
    assert (var / "static").resolve() == (public / "static").resolve()
    kept = {"old.css"} if before == "a link" else set()
    assert {path.name for path in (public / "static").iterdir()} == {"new.css", *kept}


def test_a_backup_is_made_at_the_start_and_verified_though_it_failed_and_a_stop_ends_all_at_once(tmp_path):
    notes = tmp_path / "notes"
    for name, text in (("python", PYTHON), ("sleep", SLEEP)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "NOTES": str(notes)}
    with subprocess.Popen(words_of("nightly"), env=environment, start_new_session=True) as shell:
        try:
            for _try in range(100):
                if notes.exists() and "sleep" in notes.read_text():
                    break
                time.sleep(0.05)
            began = time.monotonic()
            shell.terminate()
            shell.wait(10)
            assert time.monotonic() - began < 2
        finally:
            # In a container all others end with the first.
            os.killpg(shell.pid, 9)
    assert notes.read_text().splitlines() == ["backup", "verify", "sleep 86400"]
    assert SERVICES["nightly"]["init"] is True


def test_whatever_runs_for_long_says_whether_it_is_well():
    asked = {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert asked == {"web", "live", "worker", "beat", "postgres", "redis"}
    # The server that fills the empty database listens on no address.
    assert "pg_isready -h 127.0.0.1 " in SERVICES["postgres"]["healthcheck"]["test"][1]


@pytest.mark.parametrize(("name", "file"), [("worker", "alive"), ("beat", "beat-schedule.db")])
def test_worker_and_beat_are_well_while_their_file_is_fresh(tmp_path, name, file):
    """A worker of ours touches the first (tests/test_worker.py), beat writes the second."""
    (_shell, words) = SERVICES[name]["healthcheck"]["test"]

    def is_well() -> bool:
        asking = ["sh", "-c", re.sub("/(tmp|var/lib/academy)/", f"{tmp_path}/", words)]
        return subprocess.run(asking, capture_output=True, check=False).returncode == 0

    assert not is_well()
    (tmp_path / file).touch()
    assert is_well()
    an_hour_ago = time.time() - 3600
    os.utime(tmp_path / file, (an_hour_ago, an_hour_ago))
    assert not is_well()
    assert SERVICES["worker"]["environment"]["WORKER_ALIVE"] == "/tmp/alive"
    assert "--schedule /var/lib/academy/beat-schedule" in SERVICES["beat"]["command"]


def test_no_log_of_a_container_grows_without_end():
    kept = {name: service.get("logging") for name, service in SERVICES.items()}
    bounded = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
    assert kept == dict.fromkeys(SERVICES, bounded)


def test_what_compose_itself_needs_is_kept_out_of_images_and_of_the_source():
    assert "deploy/.env" in (ROOT / ".dockerignore").read_text().splitlines()
    assert "/deploy/.env" in (ROOT / ".gitignore").read_text().splitlines()
