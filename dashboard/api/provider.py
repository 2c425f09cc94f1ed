"""What an OpenID Connect provider says of somebody (OpenID Connect Core 1.0; PKCE, RFC 7636). All of it is checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from anyio import CapacityLimiter
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from hub.clock import Clock
from hub.config.people import ProviderSettings
from hub.errors import HubError
from hub.log import redact_value

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Of signatures. None of them is ``none``, and none is made with the secret of the client."""
KEPT = timedelta(hours=1)
_TIMEOUT_S = 5.0
_WHOLE_S = 10.0
"""For one answer as a whole: whoever sends a byte now and then keeps nobody else waiting, and no thread."""
_MAX_BYTES = 1024 * 1024
_LEEWAY_S = 60
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(HubError):
    """It cannot be reached, or what it says does not hold. The message is for the log."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """OpenID Connect Discovery 1.0, and the keys of the provider, as they were read."""

    addresses: Mapping[str, str]
    keys: KeySet
    read_at: datetime


class Provider:
    """Threads may share it; few wait for it at a time (``asking``), or one that hangs would hold those of everybody."""

    def __init__(self, settings: ProviderSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Metadata | None = None
        self.asking = CapacityLimiter(4)

    @property
    def issuer(self) -> str:
        return self._settings.issuer

    def address(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is to go. Raises ProviderError."""
        challenge = create_s256_code_challenge(verifier)
        found: str = prepare_grant_uri(
            self._metadata().addresses["authorization_endpoint"],
            client_id=self._settings.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope="openid profile",
            state=state,
            nonce=nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        return found

    def claims(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> dict[str, Any]:
        """What the ID token says, once it was found to be for this hub, fresh, and signed. Raises ProviderError."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        secret = self._secret()
        with self._client() as client:
            answer = self._json(
                client.build_request("POST", self._metadata().addresses["token_endpoint"], data=form), client, secret
            )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("the provider answered without an ID token")
        try:
            return self._checked(token, nonce)
        except JoseError:
            self._known = None  # it may have new keys
            try:
                return self._checked(token, nonce)
            except JoseError as error:
                raise ProviderError(f"the ID token does not hold: {error}") from error

    def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        claims: dict[str, Any] = jwt.decode(token, self._metadata().keys, algorithms=ALGORITHMS).claims
        registry = JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        audience = claims["aud"]
        is_shared = isinstance(audience, list) and len(audience) > 1
        if (is_shared or "azp" in claims) and claims.get("azp") != self._settings.client_id:
            raise ProviderError("the ID token was made for somebody else")
        return claims

    def _metadata(self) -> Metadata:
        with self._lock:
            now = self._clock.now()
            if self._known is None or now - self._known.read_at > KEPT:
                self._known = self._read(now)
            return self._known

    def _read(self, now: datetime) -> Metadata:
        with self._client() as client:
            place = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = self._json(client.build_request("GET", place), client)
            if told.get("issuer") != self._settings.issuer:
                raise ProviderError(f"the provider calls itself {told.get('issuer')!r}")
            addresses = {name: str(told.get(name, "")) for name in _NEEDED}
            for name, address in addresses.items():
                # What is asked for over TLS is not fetched without it.
                if httpx.URL(address).scheme != httpx.URL(self._settings.issuer).scheme:
                    raise ProviderError(f"the {name} of the provider is not an address to be trusted")
            keys = self._json(client.build_request("GET", addresses["jwks_uri"]), client)
        try:
            return Metadata(addresses, KeySet.import_key_set({"keys": keys.get("keys", [])}), now)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the keys of the provider cannot be read: {error}") from error

    def _secret(self) -> str:
        try:
            secret = self._settings.client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ProviderError(f"cannot read {self._settings.client_secret_file}: {error}") from error
        redact_value(secret)
        return secret

    def _client(self) -> httpx.Client:
        headers = {"Accept-Encoding": "identity"}
        return httpx.Client(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False, headers=headers)

    def _json(self, request: httpx.Request, client: httpx.Client, secret: str | None = None) -> dict[str, Any]:
        try:
            auth = None if secret is None else httpx.BasicAuth(self._settings.client_id, secret)
            answer = client.send(request, auth=auth, stream=True)
            try:
                found = json.loads(self._body(answer)) if answer.status_code == 200 else None
            finally:
                answer.close()
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise ProviderError(f"the provider cannot be asked: {error}") from error
        if not isinstance(found, dict):
            raise ProviderError(f"the provider answered {answer.status_code} at {request.url.path}")
        return found

    def _body(self, answer: httpx.Response) -> bytes:
        """As it came: nothing is unpacked that may grow by it."""
        body, until_s = b"", self._clock.monotonic() + _WHOLE_S
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise ProviderError("the provider answered compressed, and was not asked to")
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise ProviderError(f"the provider answered more than {_MAX_BYTES // 2**20} MiB")
            if self._clock.monotonic() > until_s:
                raise ProviderError(f"the provider took longer than {_WHOLE_S:.0f} s to answer")
        return body
