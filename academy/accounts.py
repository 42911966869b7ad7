"""How allauth works here: its mails go through the outbox, and a verified address confirms open registrations."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import logins, step_secrets
from academy.announcements import announce
from academy.invitations.accepting import serve_address
from academy.limiting import counted, unnamed
from academy.mail.reading import language_of, language_of_browser, writing_in
from academy.models import User
from academy.outbox import LETS_IN, queue_message
from academy.proving import WRITTEN_TO, remember_browser, take_strange_password
from academy.second_factor import STEPS, end_sessions

# allauth's ways to say again who one is, the strongest first, in our words.
WAYS = {
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
    "mfa_reauthenticate": gettext_lazy("Use a code of my app"),
    "reauthenticate": gettext_lazy("Use my password"),
}


LONGEST_ADDRESS = 254  # RFC 5321 has a path of 256 octets, with its two brackets


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Our answers to allauth's questions."""

    def clean_email(self, email: str) -> str:
        """The address, if it is no longer than one can be.

        Raises:
            ValidationError
        """
        if len(email) > LONGEST_ADDRESS:
            words = _("An e-mail address has at most %(most)s characters.")
            raise ValidationError(words % {"most": LONGEST_ADDRESS})
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put an account mail into the outbox instead of sending it while the person waits.

        It is in the language in which its owner reads mail; to an address that nobody has, in that of the browser.
        """
        found = context.get("user")
        user = found if isinstance(found, User) else None
        with writing_in(language_of(user) if user else self._language_asked()) as language:
            # allauth names the address to some of its mails only; ours say to which one they went.
            mail = self.render_mail(template_prefix, email, {"email": email, **context})
            queue_message(
                key=f"{LETS_IN}{template_prefix.rsplit('/', 1)[-1]}:{get_random_string(22)}",
                to=email,
                subject=mail.subject,
                body=str(mail.body),
                user=user,
                language=language,
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """As allauth's, and says whose mail it is, also where it goes to an address that is theirs no more."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def new_user(self, request: HttpRequest) -> User:
        """An account that is about to be made; it reads mail in the language that its browser asks for."""
        user: User = super().new_user(request)
        user.language = language_of_browser(request.headers.get("Accept-Language", ""))
        return user

    def _language_asked(self) -> str:
        return language_of_browser(self.request.headers.get("Accept-Language", "")) if self.request else ""

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        """Say that a mail has gone out, and note the browser that made the account or entered its password."""
        if user is not None:
            remember_browser(request.session, user)
        typed = request.POST.get("email", "") or (user.email if user else "")
        request.session[WRITTEN_TO] = typed.strip().lower()[:254]
        answer: HttpResponse = super().respond_email_verification_sent(request, user)
        return answer

    def is_safe_url(self, url: str | None) -> bool:
        """Whether one may be led on to there; what cannot be read as an address is none (allauth lets it raise)."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """From where it was asked, as allauth reads it; also where proxies do not say it (allauth lets it raise)."""
        trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        entries = request.headers.get("X-Forwarded-For", "").split(",")
        if trusted and (len(entries) < trusted or not entries[-trusted].strip()):
            return unnamed(request)
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return unnamed(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Stop whoever guesses at this account, or from this address at many; the log hears of it.

        Raises:
            ValidationError
        """
        try:
            if counted("wrong-password", request, times=0) >= settings.ADDRESS_LIMITS["wrong-password"]:
                raise self.validation_error("too_many_login_attempts")
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            logins.log.warning("Too many tries: no password is taken for now")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a wrong password, also one for an address that nobody has."""
        counted("wrong-password", request)
        logins.password_failed(credentials.get("email", ""))

    def set_password(self, user: User, password: str) -> None:
        """Keep a new password and nothing else: allauth would open an account again that was closed meanwhile."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Who has no password, because it may be a stranger's, chooses one: the link of the mail has proved enough.

        Not for an account that was closed: it has none, so that nobody gets in.
        """
        user = email_address.user
        if user.has_usable_password() or not user.is_active:
            return str(super().get_email_verification_redirect_url(email_address))
        key = default_token_generator.make_token(user)
        uid = user_pk_to_url_str(user)
        return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to say again who one is, the strongest first."""
        known = {one["id"]: one for one in super().get_reauthentication_methods(user)}
        return [{**known[name], "description": words} for name, words in WAYS.items() if name in known]


class SecondStep(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Our answers to allauth's questions about the second step of logging in."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This is not right. Please try again with a new code or with the passkey."
        ),
        "unverified_email": gettext_lazy("Please confirm your e-mail address first."),
    }

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002  # allauth's word
        """A name for a new passkey until the person has a better one."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def encrypt(self, text: str) -> str:
        return step_secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return step_secrets.decrypt(encrypted_text)


def all_else_ends(*, request: HttpRequest, user: User, authenticator: Authenticator, **_facts: Any) -> None:
    """With the first second step, all other sessions end: they were begun without it."""
    if authenticator.type in STEPS and Authenticator.objects.filter(user=user, type__in=STEPS).count() == 1:
        end_sessions(user, but=request.session.session_key or "")


def address_confirmed(*, request: HttpRequest, email_address: EmailAddress, **_facts: Any) -> None:
    """An address is known to be the person's, by the link in a mail or by logging in with a code from one."""
    if take_strange_password(request.session, email_address):
        messages.warning(
            request,
            _(
                "This account was made in another browser, so the password that was given there has ended. "
                "Please choose one of your own."
            ),
        )
    serve_address(email_address.user)


def second_steps_changed(*, user: User, **_facts: Any) -> None:
    """What pages show of a person depends on it; what was kept of them is made again."""
    announce("own pages changed", person=str(user.pk))
