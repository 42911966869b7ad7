"""`make bench`: everything that is measured, one part after the other.

    make bench                                       all parts
    make bench ARGS="--list"                         which parts there are
    make bench ARGS="--only desk registration"       some of them
    make bench ARGS="--only desk -- --seconds 1"     what stands after -- goes to each part that is run

Each part is a module of its own, `python -m bench.<part>`, and runs in a process of its own: one that breaks takes no
other along. A part prints its table, keeps its figures in `var/bench-<part>.json`, and ends with something else than 0
if what it must show was not so. A new part is such a module and a row here.
"""

import argparse
import subprocess
import sys
import time

from bench.keeping import ROOT

PARTS = {
    "pages": "the public pages against a bare view, first visits on a slow phone, releases",
    "registration": "registrations a second and their p95 against a bare view",
    "rush": "200 people at once for 30 places, 20 times: no place is given twice, the others wait in order",
    "lists": "a list of 100,000 people to invite, read with its worker killed once: report by row, memory",
    "desk": "the organisers' list of 5,000 people against one of 50",
    "boards": "one board for 200 people on four processes, and for 40 on the embedded academy",
    "faults": "servers killed in turn while a group writes: nothing lost, nothing doubled",
    "adoption": "300 delegates who take positions, and a hundred submissions of one",
    "document": "a document of 300 clauses with 1,000 sources: opened, and compared with another",
    "writing": "twenty editors of one document on three processes: equal within five seconds of quiet",
    "hocuspocus": "200 editors of one document, and 50 in a closed loop, in one run beside Hocuspocus",
    "kills": "two browsers type into one clause while the server is killed: nothing acknowledged is lost",
    "hostile": "100,000 spoilt updates of an editor: nothing breaks, nothing gets in as somebody else's",
    "enumeration": "whether the time of an answer tells if an address is known",
    "allocation": "5,000 people spread over 20 groups, and the demo's sizes, with objective and bound",
}


def main(words: list[str]) -> int:
    """Run the parts that are asked for; 1 if one of them did not end well."""
    own, passed = (
        (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    )
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--list", action="store_true", help="say which parts there are")
    options.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    asked = options.parse_args(own)
    if asked.list:
        print("\n".join(f"{part:<14}{said}" for part, said in PARTS.items()))
        return 0
    wrong = [part for part in asked.only or PARTS if not ends_well(part, passed)]
    if wrong:
        print(f"\nNot as it must be: {', '.join(wrong)}")
    return int(bool(wrong))


def ends_well(part: str, words: list[str]) -> bool:
    """Run one part, and say how long it took."""
    print(f"== {part}: {PARTS[part]}", flush=True)
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", f"bench.{part}", *words], cwd=ROOT, check=False)
    print(f"== {part}: {time.perf_counter() - begun:.0f} s, ended with {done.returncode}\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
