"""Second steps of logging in, for tests: an app that knows its key, the code that it shows, and a passkey."""

from __future__ import annotations

import json
import time
from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from academy.models import User

PERIOD = 30


def give_app(user: User) -> str:
    """Set up an authenticator app for this person; returns its key."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def code_of(secret: str, *, away: int = 0) -> str:
    """The six digits that an app with this key shows now, or `away` periods from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + away)))


def new_key() -> ec.EllipticCurvePrivateKey:
    """The private key of a passkey, which its device keeps."""
    return ec.generate_private_key(ec.SECP256R1())


def give_passkey(
    user: User, *, site: str = "testserver", key: ec.EllipticCurvePrivateKey | None = None
) -> Authenticator:
    """Set up a passkey as a browser would register it at this site; without `key`, nobody can answer with it."""
    public = ES256.from_cryptography_key((key or new_key()).public_key())
    credential = AttestedCredentialData.create(bytes(16), user.pk.bytes, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(sha256(site.encode()).digest(), flags, 0, credential)
    answer = RegistrationResponse(
        raw_id=user.pk.bytes,
        response=AuthenticatorAttestationResponse(
            client_data=CollectedClientData.create("webauthn.create", bytes(16), f"http://{site}"),
            attestation_object=AttestationObject.create("none", told, {}),
        ),
    )
    data = {"name": "my phone", "credential": json.loads(json.dumps(dict(answer)))}
    passkey: Authenticator = Authenticator.objects.create(user=user, type="webauthn", data=data)
    return passkey


def answer_with(
    key: ec.EllipticCurvePrivateKey, user: User, challenge: str, *, site: str = "testserver"
) -> str:
    """What a browser sends when this person's passkey answers the challenge of a page."""
    told = AuthenticatorData.create(sha256(site.encode()).digest(), AuthenticatorData.FLAG.UP, 1)
    asked = CollectedClientData.create("webauthn.get", challenge, f"https://{site}")
    answer = AuthenticationResponse(
        raw_id=user.pk.bytes,
        response=AuthenticatorAssertionResponse(
            client_data=asked,
            authenticator_data=told,
            signature=key.sign(told + asked.hash, ec.ECDSA(SHA256())),
        ),
    )
    return json.dumps(dict(answer))
