"""Named queries of the ground floor, and the one place where names are filtered.

A page that shows people to others reads them through `ParticipantQuerySet.as_shown`: the database itself replaces
the name of a protected or unlisted person, so that a page cannot show what it never received.
"""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Case, F, Value, When

if TYPE_CHECKING:
    from academy.models import Edition, Participant, Role, User  # noqa: F401  # named in the generic bases below


class UserManager(BaseUserManager["User"]):
    """Makes users, whose login is their e-mail address in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password nobody can log in with one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self) -> "Edition | None":
        """The edition that `/` leads to: the one marked as current, else the newest."""
        return self.order_by("-is_current", "-starts").first()


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def confirmed(self) -> Self:
        return self.filter(state="confirmed")

    def as_shown(self) -> Self:
        """Rows with `shown_name` and `shown_organisation` as other people may see them, and without the real ones.

        A listed person appears by name, a protected one by the pseudonym, an unlisted one not at all (empty name);
        neither does anybody who does not take part, or who withdrew.
        """
        return self.defer("name", "organisation", "name_key", "organisation_key", "motivation").annotate(
            shown_name=Case(
                When(state="confirmed", visibility="listed", then=F("name")),
                When(state="confirmed", visibility="protected", then=F("pseudonym")),
                default=Value(""),
                output_field=models.CharField(),
            ),
            shown_organisation=Case(
                When(state="confirmed", visibility="listed", then=F("organisation")),
                default=Value(""),
                output_field=models.CharField(),
            ),
        )


class RoleQuerySet(models.QuerySet["Role"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user: Any, edition: "Edition") -> Self:
        """The roles that this user has now in this edition."""
        return self.active().filter(user_id=user.pk, edition=edition)
