"""Whether a mail that was written is still wanted when it is sent: people unsubscribe, give up, and are erased."""

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from academy.models import Message, Participant

# The keys of trials begin so; then comes the participant whose words they are.
TRIAL = "trial:"
State = Participant.State


def still_wanted(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those that may be sent again: all that is essential, else not to who wants no news, gave up or was declined."""
    people = Participant.objects.filter(user=OuterRef("user"), edition=OuterRef("edition"))
    refusing = people.filter(_refuses() | Q(state=State.DECLINED))
    return messages.exclude(Q(is_essential=False) & Exists(refusing))


def is_unwanted(message: Message) -> bool:
    """Whether a mail that waits may not go out any more, because of what its recipient chose since."""
    if message.key.startswith(TRIAL):
        return _is_erased(message.key.split(":")[1])
    if message.is_essential or message.user_id is None or message.edition_id is None:
        return False
    people = Participant.objects.filter(user=message.user_id, edition=message.edition_id)
    return people.filter(_refuses()).exists()


def _refuses() -> Q:
    return Q(wants_news=False) | Q(state=State.WITHDRAWN) | Q(erased_at__isnull=False)


def _is_erased(key: str) -> bool:
    try:
        return not Participant.objects.filter(pk=key, erased_at=None).exists()
    except ValidationError:
        return True
