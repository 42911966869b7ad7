"""The academy as it is served, but for one thing: an editor may send as many frames as it can.

Who types by hand sends few, and whoever sends more than 60 a second is turned away. A closed loop must not be.
"""

from academy.asgi import application
from outcome.consumers.editing import EditingConsumer

EditingConsumer.FRAMES = 10**9

__all__ = ("application",)
