"""`python -m bench.document`: a document of 300 clauses with 1,000 sources, opened and compared.

Two revisions of it, of which the second rewords every third clause, takes one in ten out, adds thirty and moves one.
The comparison and the page of the document are asked for on the served academy by somebody who takes part, so that
nothing comes from memory. Prints a table, writes `var/bench-document.json`, and ends with 1 if the comparison in
any view takes 300 ms or more, or an answer was not a page.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict

from bench.keeping import keep
from bench.load import measure
from bench.serving import served_academy

LIMIT_MS = 300


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.document")
    options.add_argument("--seconds", type=float, default=5.0, help="how long a round lasts (default: 5)")
    seconds = options.parse_args().seconds
    with served_academy("drafting", SECOND_FACTOR="0") as served:
        prepare = [sys.executable, "-m", "bench.documents"]
        made = json.loads(
            subprocess.run(prepare, env=served.environment, check=True, stdout=subprocess.PIPE).stdout
        )
        old, new = made["revisions"]
        pages = {
            "document": f"/2022/document/revisions/{new}/",
            "comparison, changes": f"/2022/document/compare/{old}/{new}/",
            "comparison, all, side by side": f"/2022/document/compare/{old}/{new}/?show=all&view=sides",
        }
        figures = {}
        for name, path in pages.items():
            measure(served.port, path, 1.0, made["cookie"], connections=1)
            figures[name] = measure(served.port, path, seconds, made["cookie"], connections=1)
    print(f"{'comparing alone':<32}{made['compare_ms']:>10.1f} ms (median of 20)")
    for name, figure in figures.items():
        print(f"{name:<32}{figure.p50_ms:>10.1f} ms {figure.p95_ms:>10.1f} ms p95{figure.failed:>6} failed")
    keep(
        "document",
        {"compare_ms": made["compare_ms"], **{name: asdict(figure) for name, figure in figures.items()}},
    )
    failed = any(figure.failed for figure in figures.values())
    slow = [name for name, figure in figures.items() if figure.p50_ms >= LIMIT_MS]
    return int(failed or bool(slow) or made["compare_ms"] >= LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
