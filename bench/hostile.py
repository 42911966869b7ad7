"""`python -m bench.hostile`: the test of spoilt updates of an editor, at the length that takes minutes.

The same test runs in `make test` with 1,500 updates. Here it is given 100,000: none may bring the taking in down, get
in as somebody else's, or leave a text that cannot be read. Ends with 1 if one did.
"""

import argparse
import os
import subprocess
import sys

from bench.keeping import ROOT, keep

TEST = "tests/outcome/test_taking.py::test_fuzzed_updates_break_nothing_and_leave_the_text_to_read"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.hostile")
    options.add_argument("--updates", type=int, default=100_000, help="how many (default: 100,000)")
    count: int = options.parse_args().updates
    environment = {**os.environ, "ACADEMY_FUZZ_UPDATES": str(count)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    failed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0
    print(
        f"{count:,} spoilt updates: {'something broke' if failed else 'nothing broke, nothing got in as another’s'}"
    )
    keep("hostile", {"updates": count, "broke": failed})
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
