"""Redis at work with the configuration of deploy/, where its disk takes nothing."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
import yaml

from tests.production import DEPLOY, ROOT
from tests.serverkeeper import new_redis
from tests.serving import wait_until_open

# What Debian's own file leaves as it is: Redis saves now and then.
LIKE_DEBIAN = "save 3600 1\nsave 300 100\nsave 60 10000"


@contextmanager
def redis_that_cannot_save(
    folder: Path, included: str
) -> Iterator[tuple[redis.Redis, subprocess.Popen[bytes]]]:
    """A Redis that tried to save in vain: where its file would be there is a folder."""
    address, command, home = new_redis(folder)
    with (home / "redis.conf").open("a") as file:
        file.write(f"\n{LIKE_DEBIAN}\n{included}\n")
    with (
        subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL) as process,
        redis.Redis.from_url(address, socket_timeout=10) as client,
    ):
        try:
            wait_until_open(urlsplit(address).port or 0)
            client.set("before", 1)  # answered once it has begun: it reads that file before
            (home / "dump.rdb").mkdir()
            with pytest.raises(redis.ResponseError):
                client.save()
            client.bgsave()
            while (facts := client.info("persistence"))["rdb_bgsave_in_progress"]:
                time.sleep(0.05)
            assert facts["rdb_last_bgsave_status"] == "err"
            yield client, process
        finally:
            process.kill()


def ends(process: subprocess.Popen[bytes], within: float) -> bool:
    process.terminate()
    try:
        return process.wait(within) == 0
    except subprocess.TimeoutExpired:
        return False


def test_a_redis_of_ours_whose_disk_is_full_goes_on_and_ends_when_it_is_told_to(tmp_path):
    with redis_that_cannot_save(tmp_path, f"include {DEPLOY / 'redis' / 'academy.conf'}") as (
        client,
        process,
    ):
        assert client.ping()
        assert client.set("after", 1)
        assert client.flushall()
        assert ends(process, 20)


def test_one_that_saves_refuses_everything_until_it_is_told_what_the_runbook_says(tmp_path):
    with redis_that_cannot_save(tmp_path, "") as (client, process):
        for refused in (client.ping, client.flushall, lambda: client.set("after", 1)):
            with pytest.raises(redis.ResponseError, match="MISCONF"):
                refused()
        assert not ends(process, 2)
        runbook = (ROOT / "docs" / "runbook.md").read_text()
        said = re.findall(r"^redis-cli (config set .*)$", runbook, re.MULTILINE)
        assert len(said) == 2
        for words in said:
            assert client.execute_command(*shlex.split(words))
        assert client.set("after", 1)
        assert ends(process, 20)


def test_redis_is_told_the_same_in_containers():
    lines = (DEPLOY / "redis" / "academy.conf").read_text().splitlines()
    ours = {tuple(shlex.split(line)) for line in lines if not line.startswith("#")}
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["redis"]["command"]
    program, *parts = command.split(" --")
    assert program == "redis-server"
    assert {tuple(shlex.split(part)) for part in parts} == ours
