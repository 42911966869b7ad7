"""Errors told to Sentry, without anything about anybody: no address, cookie, body, variable, user or name of a host."""

from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured

from academy.logs import without_secrets

KEPT_OF_REQUESTS = ("method", "url")


def report_to(address: str) -> None:
    """Tell errors to the Sentry at this address from now on.

    Raises:
        ImproperlyConfigured: it is none.
    """
    import sentry_sdk

    try:
        sentry_sdk.utils.Dsn(address)
    except sentry_sdk.utils.BadDsn as error:
        raise ImproperlyConfigured("SENTRY_DSN is no address of a Sentry.") from error
    sentry_sdk.init(
        dsn=address,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        auto_session_tracking=False,
        server_name="academy",
        before_send=cast(Any, scrubbed),
    )


def scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """What is told of an error: where in the code, of which kind, in which request, and nothing that somebody typed."""
    request = event.pop("request", None)
    if isinstance(request, dict):
        event["request"] = {name: str(request[name]) for name in KEPT_OF_REQUESTS if name in request}
    for name in ("user", "breadcrumbs", "extra", "server_name", "modules"):
        event.pop(name, None)
    return cast(dict[str, Any], _clean(event))


def _clean(value: Any) -> Any:
    """The same with everything replaced, in every text, that looks like an address, a query or a key."""
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if key not in {"vars", "query_string"}}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return without_secrets(value) if isinstance(value, str) else value
