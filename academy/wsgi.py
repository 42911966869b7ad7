"""The WSGI application, for HTTP workers behind a proxy."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
application = get_wsgi_application()

from academy.safekeeping.marking import insist_on_whole_at_start  # noqa: E402  # only after Django is set up

insist_on_whole_at_start()
