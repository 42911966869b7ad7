"""Which findings are asked for: the form of the finding browser and of the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.languages import language_name
from academy.models import Actor, Edition
from academy.regions import REGIONS
from outcome.browsing import Asked, questions_of
from outcome.forms import BECAME, BECAME_WORDS
from programme.models import Day, Strand
from workshops.models import Finding, Workshop
from workshops.profiles import Profile
from workshops.querysets import FindingQuerySet
from workshops.twins.lines import BOTH, ONLY, OPPOSED, PROPOSED, SOME

ALL = ("", _("all"))
AGREEMENTS = (
    (BOTH, _("all groups said it")),
    (SOME, _("several groups said it")),
    (ONLY, _("one group alone said it")),
    (OPPOSED, _("groups are opposed")),
    (PROPOSED, _("perhaps the same, not decided")),
)


class BrowseForm(PlainTextForm):
    """Which findings are asked for; every part may be left out."""

    q = forms.CharField(label=_("Words"), max_length=200, required=False)
    day = forms.ChoiceField(label=_("Day"), required=False)
    strand = forms.ChoiceField(label=_("Strand"), required=False)
    workshop = forms.ChoiceField(label=_("Workshop"), required=False)
    question = forms.ChoiceField(label=_("Guiding question"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[ALL, *Finding.Kind.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    state = forms.ChoiceField(label=_("In the room"), choices=[ALL, *Finding.State.choices], required=False)
    became = forms.ChoiceField(label=_("What became of it"), choices=[ALL, *BECAME_WORDS], required=False)
    agreement = forms.ChoiceField(
        label=_("In the groups of its workshop"), choices=[ALL, *AGREEMENTS], required=False
    )
    actor = forms.ChoiceField(label=_("Kind of actor in the group (five or more)"), required=False)
    region = forms.ChoiceField(label=_("Region in the group (five or more)"), required=False)
    kept = forms.BooleanField(label=_("Only what is kept in view: few hold it, but strongly"), required=False)

    order = forms.ChoiceField(
        label=_("Order"),
        choices=[("", _("by day and group")), ("broad", _("the most widely held first"))],
        required=False,
    )

    # Those that stand on the page from the start; the others are folded until one of them is used.
    FIRST = ("q", "day", "became")
    FOR_PARTAKERS = ("agreement", "actor", "region", "kept", "order")

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        readable: FindingQuerySet,
        profiles: dict[Any, Profile] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        days = Day.objects.filter(edition=edition, sessions__group__findings__isnull=False).distinct()
        fields["day"].choices = [
            ALL,
            *((day.slug, f"{day.short_title}: {day.title}") for day in days.order_by("date")),
        ]
        strands = Strand.objects.filter(edition=edition, workshops__groups__findings__isnull=False)
        fields["strand"].choices = [
            ALL,
            *((row.slug, row.title) for row in strands.distinct().order_by("position")),
        ]
        workshops = Workshop.objects.filter(edition=edition, groups__findings__isnull=False).distinct()
        fields["workshop"].choices = [
            ALL,
            *((str(row.number), str(row)) for row in workshops.order_by("number")),
        ]
        fields["question"].choices = [
            ALL,
            *(
                (str(row.pk), f"{row.part.workshop.number}{row.part.letter}: {row.text}")
                for row in questions_of(readable)
            ),
        ]
        languages = readable.order_by("language").values_list("language", flat=True).distinct()
        fields["language"].choices = [ALL, *((code, language_name(code)) for code in languages)]
        if profiles is None:
            for name in self.FOR_PARTAKERS:
                del fields[name]
            return
        actors = {actor for profile in profiles.values() for actor in profile.actors}
        regions = {region for profile in profiles.values() for region in profile.regions}
        fields["actor"].choices = [ALL, *(each for each in Actor.choices if each[0] in actors)]
        fields["region"].choices = [ALL, *(each for each in REGIONS if each[0] in regions)]

    @property
    def are_more_used(self) -> bool:
        """Whether a field that is folded at first is used."""
        return any(self.data.get(name) for name in self.fields if name not in self.FIRST)

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    def asked(self) -> Asked:
        """What the form asks for, once it is valid."""
        said = self.cleaned_data
        return Asked(
            columns={
                name: said[name]
                for name in ("day", "strand", "workshop", "question", "kind", "language", "state")
            },
            words=said["q"],
            actor=said.get("actor", ""),
            region=said.get("region", ""),
            became=BECAME.get(said["became"], ""),
            agreement=said.get("agreement", ""),
            kept=said.get("kept", False),
            broad=said.get("order") == "broad",
        )


class DeskForm(BrowseForm):
    """The same on the desk, where one looks for what has no place in the document yet, workshop by workshop."""

    FIRST = ("q", "workshop", "became")
