"""Forms of comments: writing one, answering, hiding."""

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from outcome.comments.writing import COMMENT_LENGTH, QUOTE_LENGTH, REASON_LENGTH


class AnswerForm(PlainTextForm):
    """What somebody answers in a thread."""

    text = forms.CharField(
        label=_("Answer"), max_length=COMMENT_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )


class CommentForm(PlainTextForm):
    """What somebody says of a clause, or of a passage of it."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Everybody who takes part reads it. “@” and a name of the list of participants tells that person."
        ),
    )
    quote = forms.CharField(
        label=_("On this passage"),
        max_length=QUOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "serif"}),
        help_text=_("Word for word from the clause; leave it empty for the whole clause."),
    )
    field_order = ("quote", "text")


class HideForm(PlainTextForm):
    """Why a comment is hidden."""

    reason = forms.CharField(label=_("Why"), max_length=REASON_LENGTH)
