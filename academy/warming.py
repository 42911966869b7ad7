"""Before a web process is copied into its workers it reads what every page needs, so that they share it.

It also reads what a new version exchanges while this one still runs: which migrations there are, and the list of the
static files. A worker that is renewed meanwhile goes on with those of its own version.

A worker that begins amid a crowd would read addresses and templates while its first people wait: two seconds of its
time, in each worker. What is there before the copy is left out of the search for garbage, too (gc.freeze): a page makes
so many objects that Python would look through all of it several times a second.
"""

import gc
from pathlib import Path

from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import engines
from django.urls import reverse

from academy.readiness import needed_migrations


def warm_up() -> None:
    """Read all addresses and templates, the list of static files and that of migrations."""
    reverse("health_live")  # whoever looks for one address reads all of them
    for engine in engines.all():
        for folder in map(Path, engine.dirs):
            for file in sorted(folder.rglob("*.html")):
                engine.get_template(file.relative_to(folder).as_posix())
    staticfiles_storage.exists("")  # whoever asks anything of it has it read its list
    needed_migrations()
    gc.collect()
    gc.freeze()
