"""Before a web process is copied into its workers it reads what every page needs, so that they share it.

A worker that begins amid a crowd would read addresses and templates while its first people wait: two seconds of its
time, in each worker. What is there before the copy is left out of the search for garbage, too (gc.freeze): a page makes
so many objects that Python would look through all of it several times a second.
"""

import gc
from pathlib import Path

from django.template import engines
from django.urls import reverse


def warm_up() -> None:
    """Read all addresses and templates."""
    reverse("health_live")  # whoever looks for one address reads all of them
    for engine in engines.all():
        for folder in map(Path, engine.dirs):
            for file in sorted(folder.rglob("*.html")):
                engine.get_template(file.relative_to(folder).as_posix())
    gc.collect()
    gc.freeze()
