"""The academy's settings with one more address: a bare view to compare with."""

from academy.settings import *  # noqa: F403  # the same settings, whatever they are

ROOT_URLCONF = "bench.urls"
