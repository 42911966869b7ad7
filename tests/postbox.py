"""A mail server of our own on the loopback: it takes mail like the real ones, and refuses what a test asks it to."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
REFUSALS = {
    "gone@example.org": "550 5.1.1 <gone@example.org> is not here",
    "later@example.org": "451 4.7.1 Come back later",
}


class Postbox:
    """What arrived, in the order of arrival; who is in it answers in a way of their own."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd asks for this name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in REFUSALS:
            return REFUSALS[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # as above
        to = envelope.rcpt_tos[0]
        if to == "big@example.org":
            return "554 5.7.1 We do not like it"
        if to == "poison@example.org":
            server.transport.close()
            return "421 Bye"
        if to == "slow@example.org":
            await asyncio.sleep(2)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if to != "slow@example.org":
            self.mails.append(mail)
        return "250 Taken"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A running mail server, which Django sends to."""
    box = Postbox()
    controller = Controller(box, hostname=HOST, port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = HOST, controller.port, 5
    yield box
    controller.stop()
