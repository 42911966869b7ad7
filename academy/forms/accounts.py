"""Forms of accounts: signing up, and the second step of logging in. allauth's, in our words, and safe against nonsense.

A browser sends what a passkey says as JSON. What no browser sends there is refused like a wrong code.
"""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import (
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    SignupForm,
    UserTokenForm,
)
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from academy.logins import end_in_time, log, secret_lost
from academy.step_secrets import WITH_SECRET, lost_secrets

# What the parsers of passkeys raise, beside ValidationError, for JSON that no browser sends.
NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
NAME, LONGEST_NAME = _("Name of this passkey"), 60


class AccountForm(SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Makes an account; a known address takes as long as an unknown one and is answered the same."""

    def try_save(self, request: Any) -> Any:
        user, answer = super().try_save(request)
        if user is None:
            make_password(self.cleaned_data["password1"])
        return user, answer


class PasswordForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """The login by password; what it begins ends in two weeks, also if the session changes meanwhile."""

    def login(self, request: Any, redirect_url: str | None = None) -> Any:
        answer = super().login(request, redirect_url)
        if request.user.is_authenticated:
            end_in_time(request)
        return answer


class ResetLinkForm(UserTokenForm):  # type: ignore[misc]  # allauth ships no types
    """The link by which a password is chosen; it works for nobody whose account is closed."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.reset_user.is_active:
            raise get_account_adapter().validation_error("invalid_password_reset")
        return cleaned


class AskForCodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    """Where a code is sent to; allauth asks of every other address whether it can be one."""

    def clean_email(self) -> str:
        self.cleaned_data["email"] = get_account_adapter().clean_email(self.cleaned_data["email"])
        return str(super().clean_email())


class MailedCodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    """The code of a mail; the log hears of a wrong one, as of every other wrong way to say who one is."""

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())
        except forms.ValidationError:
            log.warning("Wrong code by mail")
            raise


def ask_for_code(form: forms.Form, label: Any, help_text: Any = "") -> None:
    """The field of a one-time code, in our words; digits, and no placeholder that repeats its label."""
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"inputmode": "numeric", "maxlength": "40"}


class CodeThatCanBeRight(forms.Form):
    """A code of the app or a recovery code; one whose secret no key opens is wrong, whatever it is.

    allauth asks all secrets of the person in turn, and the first that cannot be opened would end that.
    """

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        lost = lost_secrets(self.user)
        if not lost:
            return str(super().clean_code())  # type: ignore[misc]  # allauth's form, which comes next
        forget_tries = check_rate_limit(self.user)
        secret_lost(self.user, [step.type for step in lost])
        code = str(self.cleaned_data["code"])
        # The app comes first: of a wrong code the log says that it was the app's.
        steps = list(Authenticator.objects.filter(user=self.user, type__in=WITH_SECRET).order_by("-type"))
        for step in steps:
            if step not in lost and step.wrap().validate_code(code):
                step.user = self.user
                self.authenticator = step
                forget_tries()
                return code
        self._emit_authentication_failed((steps or lost)[0])  # type: ignore[attr-defined]  # allauth's
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(CodeThatCanBeRight, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of a login: a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(
            self, _("Code"), _("Six digits from your authenticator app, or one of your recovery codes.")
        )


class CodeAgainForm(CodeThatCanBeRight, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The same code, asked again before something serious."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(
            self, _("Code"), _("Six digits from your authenticator app, or one of your recovery codes.")
        )


class AppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    """The first code that a new authenticator app shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self, _("The six digits that the app shows now"))


class CredentialField(forms.JSONField):
    """JSON of which also what is too deep or has too long a number is refused; Django lets that raise.

    What was sent is not shown again: a passkey answers anew, and not all of it could be.
    """

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None


class Credential(forms.Form):
    """Takes what a passkey says from JSON; anything else counts as a wrong code."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        parent = getattr(super(), "clean_credential", None)
        try:
            return parent() if parent else credential
        except forms.ValidationError:
            raise
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(Credential, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of a login: a passkey."""


class PasskeyAgainForm(Credential, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """The passkey, asked again before something serious."""


class PasskeyLoginForm(Credential, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A login with a passkey alone."""


class AddPasskeyForm(Credential, AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A new passkey: its name, and whether one logs in with it alone."""

    name = forms.CharField(
        label=NAME,
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("So that you know it again among several, such as “my phone”."),
    )
    passwordless = forms.BooleanField(
        label=_("I want to log in with it alone, without a password"),
        required=False,
        initial=True,
        help_text=_("It asks for your finger, face or PIN then. Some older security keys cannot do that."),
    )

    def clean(self) -> dict[str, Any] | None:
        try:
            cleaned: dict[str, Any] | None = super().clean()
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Another name for a passkey."""

    name = forms.CharField(label=NAME, max_length=LONGEST_NAME)
