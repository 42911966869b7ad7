"""What stands in deploy/ and in the documents: it is read by the programs it is for, and says what is there."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from academy.environment import production_refusals
from academy.uploads import LARGEST_UPLOAD
from bin.serve import SOCKETS
from outcome.consumers.editing import FRAME_LIMIT

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- Documents --------------------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head).lower().strip() for head in heads]
    return {re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in plain}


def broken_links(path: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        file, _hash, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    return broken


def unknown_commands(text: str) -> list[str]:
    """The `manage.py X` and `make X` in a text that there are not."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = re.findall(r"manage\.py ([a-z_]+)", text)
    made = re.findall(r"(?:`|^|[A-Z]+=\S+ |-u academy )make ([a-z][a-z-]*)", text, re.MULTILINE)
    known = set(get_commands())
    return [f"manage.py {name}" for name in asked if name not in known] + [
        f"make {name}" for name in made if name not in targets
    ]


@pytest.mark.parametrize("path", PAGES, ids=place)
def test_links_and_commands_in_documents_are_there(path):
    assert broken_links(path) == []
    assert unknown_commands(path.read_text(encoding="utf-8")) == []


def test_a_broken_link_and_an_unknown_command_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A head: two\n[a](missing.md) [b](#a-head-two) [c](#nothing) [d](https://example.org/)")
    assert broken_links(page) == ["missing.md", "#nothing"]
    assert unknown_commands("`make nothing` and `manage.py nothing_at_all` and `make check`") == [
        "manage.py nothing_at_all",
        "make nothing",
    ]


def test_every_setting_that_deployment_names_is_explained():
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    named = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "academy.env.example").read_text(), re.MULTILINE))
    assert named - explained == set()


def test_the_example_of_an_environment_is_accepted_once_its_secrets_are_set():
    lines = (DEPLOY / "academy.env.example").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert production_refusals(environment | {"SECRET_KEY": "x" * 50}) == []


# --- systemd ----------------------------------------------------------------------------------------------------------


def sections(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            found[line] = []
        elif line.strip() and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=place)
def test_a_service_runs_without_rights_and_stops_within_its_time(unit):
    lines = sections(unit)["[Service]"]
    for demand in ("User=academy", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert demand in lines
    (started,) = (
        line.removeprefix("ExecStart=/srv/academy/current/")
        for line in lines
        if line.startswith("ExecStart=")
    )
    # Not the Python behind the link: that would import from another release once the link leads there.
    assert started.startswith("deploy/start ")
    assert os.access(DEPLOY / "start", os.X_OK)
    assert "WorkingDirectory=/srv/academy/current" in lines
    for command in re.findall(r"manage\.py ([a-z_]+)", started):
        assert command in get_commands()


def test_whoever_stops_the_academy_stops_everything_of_it_and_its_timers_too():
    """Otherwise a backup or a verification would come into a restore, or into a move to another database."""
    for unit in UNITS:
        if unit.name == "academy.target":
            continue
        said = sections(unit)
        assert "PartOf=academy.target" in said["[Unit]"], unit.name
        if unit.name not in {
            "academy-backup.service",
            "academy-verify.service",
            "academy-watch.service",
        }:  # their timers start them
            assert said["[Install]"] == ["WantedBy=academy.target"], unit.name
    # A target that wants them would start beat on every server.
    assert not any(
        line.startswith("Wants=") for line in sections(DEPLOY / "systemd" / "academy.target")["[Unit]"]
    )


def test_of_a_service_with_children_only_the_first_process_is_told_to_stop():
    """systemd tells all of them by default, and children of a worker would leave a mail in the middle."""
    with_children = [
        unit.name
        for unit in UNITS
        if re.search(r"^ExecStart=.*(gunicorn|celery .* worker)", unit.read_text(), re.MULTILINE)
    ]
    assert with_children == ["academy-web@.service", "academy-worker.service"]
    for name in with_children:
        assert "KillMode=mixed" in sections(DEPLOY / "systemd" / name)["[Service]"]


def test_sockets_are_drained_within_thirty_seconds():
    lines = sections(DEPLOY / "systemd" / "academy-live@.service")["[Service]"]
    drained = int(re.search(r"--timeout-graceful-shutdown (\d+)", "\n".join(lines))[1])
    stopped = int(re.search(r"^TimeoutStopSec=(\d+)", "\n".join(lines), re.MULTILINE)[1])
    assert drained < stopped <= 30


def test_whoever_closes_the_academy_waits_until_its_processes_have_ended():
    """`systemctl` waits for what it was told to stop, and not for what stops because the target does."""
    closings = [
        line for page in PAGES for line in page.read_text().splitlines() if "stop academy.target" in line
    ]
    assert len(closings) >= 5
    assert [line for line in closings if "stop academy.target 'academy-*'" not in line] == []
    assert all(unit.name.startswith("academy-") for unit in UNITS if unit.name != "academy.target")


def test_both_kinds_of_processes_listen_at_the_address_of_the_settings_and_at_a_port_of_their_own():
    """One line in academy.env is for both of a kind, so that no port may stand in it."""
    for unit, listening in {
        "academy-web@.service": "--bind ${ACADEMY_HOST}:80%i ",
        "academy-live@.service": "--host ${ACADEMY_HOST} --port 81%i ",
    }.items():
        lines = sections(DEPLOY / "systemd" / unit)["[Service]"]
        (started,) = (line for line in lines if line.startswith("ExecStart="))
        assert listening in started
        # In this order: a file counts more than a line.
        assert [line for line in lines if line.startswith("Environment")] == [
            "Environment=ACADEMY_HOST=127.0.0.1",
            "EnvironmentFile=/etc/academy/academy.env",
        ]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_understands_every_unit(tmp_path):
    """The program is not installed here, so that a program that is stands for it."""
    for unit in UNITS:
        text = re.sub(r"/srv/academy/current/deploy/start", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    names = sorted(path.name.replace("@.", "@01.") for path in tmp_path.iterdir())
    said = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names if "@" not in name)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in said.stderr.splitlines() if "academy" in line]
    assert ours == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_one_file_beside_the_units_says_to_all_of_them_where_else_they_may_write(tmp_path):
    """The one of docs/operate.md, for a shared folder; a word that systemd does not know shows who reads it."""
    page = (ROOT / "docs" / "operate.md").read_text()
    (text, place) = re.search(
        r"printf '(.*)' \\\n\s+> /etc/systemd/system/(\S+)$", page, re.MULTILINE
    ).groups()
    assert "[Service]\\nReadWritePaths=/srv/shared\\n" in text
    (tmp_path / place).parent.mkdir()
    (tmp_path / place).write_text(text.replace("\\n", "\n") + "Unheard=of\n")
    services = [unit for unit in UNITS if unit.suffix == ".service"]
    for unit in services:
        (tmp_path / unit.name).write_text(
            unit.read_text().replace("/srv/academy/current/deploy/start", "/bin/true")
        )
        name = unit.name.replace("@.", "@01.")
        said = subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / name)],
            capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )  # fmt: skip
        assert "Unknown key 'Unheard'" in said.stderr, name
        assert "ReadWritePaths" not in said.stderr, name
    assert len(services) == 7


# --- Proxies and containers -------------------------------------------------------------------------------------------


def test_caddy_leads_pages_to_https_and_refuses_programs():
    """By its words; where Caddy is installed, tests/test_proxies.py asks it."""
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    in_the_clear = re.search(r"^http://academy.example.org \{\n(.*?)^\}", caddy, re.MULTILINE | re.DOTALL)[1]
    assert [line.strip() for line in in_the_clear.splitlines()] == [
        "@programs path /api/* /ws/*",
        "# Each in a block of its own: otherwise Caddy would lead on first, whatever stands first here.",
        "handle @programs {",
        "respond 403",
        "}",
        "handle {",
        "redir https://{host}{uri} 308",
        "}",
    ]


def test_a_certificate_is_renewed_without_stopping_nginx():
    """By what Debian's own nginx serves at first, and by what ours serves afterwards: it is the same folder."""
    asked = re.findall(r"^certbot certonly .*$", (ROOT / "docs" / "install.md").read_text(), re.MULTILINE)
    (folder,) = {re.search(r"--webroot -w (\S+)", line)[1] for line in asked}
    nginx = (DEPLOY / "nginx" / "academy.conf").read_text()
    assert f"location /.well-known/acme-challenge/ {{ root {folder}; }}" in nginx
    assert all("--deploy-hook 'systemctl reload nginx'" in line and "stop" not in line for line in asked)


def test_gunicorn_takes_no_orders_over_a_socket_that_both_processes_would_have():
    known = {setting.name for setting in import_module("gunicorn.config").KNOWN_SETTINGS}
    assert "control_socket_disable" in known
    assert runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["control_socket_disable"] is True


def test_the_proxy_closes_a_kept_connection_before_the_process_does():
    nginx = (DEPLOY / "nginx" / "academy.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    kept = int(re.search(r"^keepalive = (\d+)", (DEPLOY / "gunicorn.conf.py").read_text(), re.MULTILINE)[1])
    assert int(re.search(r"keepalive_timeout (\d+)s;", nginx)[1]) < kept
    assert int(re.search(r"keepalive (\d+)s", caddy)[1]) < kept


def test_nothing_is_sent_to_another_process_because_it_takes_long():
    nginx = (DEPLOY / "nginx" / "academy-places.conf").read_text()
    pages = re.search(r"^location / \{(.*?)^\}", nginx, re.MULTILINE | re.DOTALL)[1]
    tried, connecting, reading = (
        int(re.search(rf"{name} (\d+)s;", pages)[1])
        for name in ("proxy_next_upstream_timeout", "proxy_connect_timeout", "proxy_read_timeout")
    )
    assert connecting < tried < reading
    assert "non_idempotent" not in pages


def test_proxies_allow_what_an_upload_needs_and_close_the_figures():
    nginx = (DEPLOY / "nginx" / "academy-places.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    allowed = [int(re.search(pattern, text)[1]) for pattern, text in (
        (r"client_max_body_size (\d+)m", nginx), (r"max_size (\d+)MB", caddy))]  # fmt: skip
    assert all(megabytes * 1_000_000 > LARGEST_UPLOAD for megabytes in allowed)
    assert "location = /metrics { return 404; }" in nginx
    assert "\thandle /metrics {\n\t\trespond 404\n\t}" in caddy
    # Outside of the blocks Caddy would ask for it only after them.
    assert caddy.count("\t\terror @closed 503\n") == caddy.count("error @closed") == 2
    assert "X-Forwarded-For $remote_addr" in nginx
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert (
        "$request_uri"
        not in re.search(r"log_format.*?;", (DEPLOY / "nginx" / "academy.conf").read_text(), re.DOTALL)[0]
    )


def test_files_that_the_proxy_serves_carry_the_headers_of_our_own_answers():
    nginx = (DEPLOY / "nginx" / "academy-places.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    places = [
        re.search(r"location /static/ \{(.*?)\n\}", nginx, re.DOTALL)[1],
        re.search(r"location = /academy-maintenance.html \{(.*?)\n\}", nginx, re.DOTALL)[1],
        re.search(r"handle_path /static/\* \{(.*?)\n\t\}", caddy, re.DOTALL)[1],
        re.search(r"handle_errors 502 503 504 \{(.*?)\n\t\}", caddy, re.DOTALL)[1],
    ]
    for place in places:
        assert "X-Content-Type-Options nosniff" in place
        assert "frame-ancestors 'none'" in place
        assert "Strict-Transport-Security $academy_hsts always;" in place or "import hsts\n" in place
    assert "autoindex" not in nginx
    assert "browse" not in caddy


def test_files_and_pages_say_alike_for_how_long_https_is_insisted_on():
    example = (DEPLOY / "academy.env.example").read_text()
    ours = f"max-age={re.search(r'^HTTPS_HSTS_SECONDS=([0-9]+)$', example, re.MULTILINE)[1]}"
    said = {
        "nginx/academy.conf": f'set $academy_hsts "{ours}";',
        "caddy/Caddyfile": f'header Strict-Transport-Security "{{$ACADEMY_HSTS:{ours}}}"',
        "caddy/compose.Caddyfile": f'header Strict-Transport-Security "{{$ACADEMY_HSTS:{ours}}}"',
        "compose.yaml": f"ACADEMY_HSTS: ${{ACADEMY_HSTS:-{ours}}}",
    }
    for name, words in said.items():
        text = (DEPLOY / name).read_text()
        assert text.count(words) == 1, name
        assert text.count("max-age=") == text.count("public, max-age=") + 1, name
    assert "HTTPS_HSTS_SUBDOMAINS" not in example
    assert "HTTPS_HSTS_PRELOAD" not in example


def test_no_old_tls_is_spoken():
    nginx = (DEPLOY / "nginx" / "academy.conf").read_text()
    assert re.findall(r"ssl_protocols (.*);", nginx) == ["TLSv1.2 TLSv1.3"]
    assert "protocols" not in (DEPLOY / "caddy" / "Caddyfile").read_text()  # its default is the same two


def test_both_caddyfiles_say_the_same():
    own, containers = (
        (DEPLOY / "caddy" / name).read_text().splitlines()[1:] for name in ("Caddyfile", "compose.Caddyfile")
    )
    renamed = [
        line.replace("academy.example.org {", "{$SITE_NAME} {")
        .replace("/srv/academy/current/", "/srv/academy/")
        .replace("127.0.0.1:8101 127.0.0.1:8102", "live:8000")
        .replace("127.0.0.1:8001 127.0.0.1:8002", "web:8000")
        for line in own
    ]
    assert renamed == containers


def test_no_secret_and_no_history_of_the_source_comes_into_an_image():
    left_out = set((ROOT / ".dockerignore").read_text().splitlines())
    assert {".git", ".env", "deploy/academy.env", "var", "tests", "bench"} <= left_out
    never_kept = set((ROOT / ".gitignore").read_text().splitlines())
    assert {"/.env", "/deploy/academy.env", "/var/"} <= never_kept
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert {s["env_file"] for s in compose["services"].values() if "env_file" in s} == {"academy.env"}


def test_the_compose_file_starts_everything_after_the_migrations():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {
        "static", "migrate", "web", "live", "worker", "beat", "nightly", "watch", "postgres", "redis", "caddy",
    }  # fmt: skip
    for name in ("web", "live", "worker", "beat", "nightly", "watch"):
        for first in ("static", "migrate"):
            assert services[name]["depends_on"][first] == {"condition": "service_completed_successfully"}
        assert services[name]["read_only"] is True
    # The first that comes into the volume makes it belong to somebody; the proxy does without a database.
    assert set(services["caddy"]["depends_on"]) == {"static"}
    assert services["static"]["depends_on"] == {}
    published = {name for name, service in services.items() if service.get("ports")}
    assert published == {"caddy"}
    for service in services.values():
        for volume in service.get("volumes", []):
            outside, _colon, _inside = volume.partition(":")
            assert outside in compose["volumes"] or (DEPLOY / outside).exists()


def test_a_frame_of_the_writing_page_gets_through_wherever_it_is_served():
    """A server refuses a longer one, and a pasted page would be sent again and again."""
    commands = [(DEPLOY / name).read_text() for name in ("systemd/academy-live@.service", "compose.yaml")]
    sizes = [re.findall(r"--ws-max-size (\d+)", command) for command in [*commands, " ".join(SOCKETS)]]
    assert [len(size) for size in sizes] == [1, 1, 1]
    assert min(int(size[0]) for size in sizes) > FRAME_LIMIT
    assert all("--ws-per-message-deflate false" in command for command in [*commands, " ".join(SOCKETS)])


def test_live_processes_have_the_processor_before_pages_and_pages_before_the_work_behind_them():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    weights = {}
    for name in ("live@", "web@", "worker"):
        unit = (DEPLOY / "systemd" / f"academy-{name}.service").read_text()
        said = re.search(r"^CPUWeight=(\d+)$", unit, re.MULTILINE)
        weights[name] = int(said[1]) if said else 100
        # Docker counts from 1024 where systemd counts from 100.
        shares = services[name.strip("@")].get("cpu_shares", 1024)
        assert round(shares / 10.24) == weights[name]
        # systemd would put the processes of each template into a slice of their own, and weigh only within it.
        assert "@" not in name or "Slice=system.slice" in unit
    assert weights["live@"] > weights["web@"] > weights["worker"]


def test_every_process_runs_with_the_same_words_in_containers_and_without():
    compose = (DEPLOY / "compose.yaml").read_text()
    for unit, start in (
        ("academy-worker", "celery -A academy --quiet worker"),
        ("academy-live@", "uvicorn academy.asgi"),
    ):
        words = (DEPLOY / "systemd" / f"{unit}.service").read_text()
        ours = re.search(rf"start -m ({start}.*)", words)[1]
        theirs = re.search(rf"python -m ({start}.*)", compose)[1]
        options = {
            o for o in re.findall(r"--[a-z-]+(?: [\w.]+)?", ours) if "port" not in o and "host" not in o
        }
        assert {o for o in options if "ping" not in o} <= set(re.findall(r"--[a-z-]+(?: [\w.]+)?", theirs))
