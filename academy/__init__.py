"""Academy: from a programme to an outcome document adopted by the people who wrote it."""

from academy.celery import app as celery_app

__all__ = ("celery_app",)
