"""The names of our cookies. In production each begins with `__Host-`, so that no other name of the domain sets one."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage

ZONE_COOKIE = settings.COOKIE_PREFIX + "zone"
MESSAGES_COOKIE = settings.COOKIE_PREFIX + "messages"


class OwnCookie(CookieStorage):
    """Messages to be shown once, in a cookie under our name for it."""

    cookie_name = MESSAGES_COOKIE


class ShownOnce(FallbackStorage):
    """As Django keeps messages: in the cookie, and what does not fit in the session."""

    storage_classes = (OwnCookie, SessionStorage)
