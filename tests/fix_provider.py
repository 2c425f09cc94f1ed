"""A small OpenID Connect provider (Core 1.0, Discovery 1.0, PKCE), and an authenticator with passkeys in software."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import cbor2
import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.fix_api import wait_for

CLIENT, SECRET = "gridhub", "the secret of the client"
_KEY = RSAKey.generate_key(2048, {"kid": "first"})


@dataclass
class Provider:
    """``claims`` are those of whoever signs in next; what is set in ``wrong`` takes their place in the token."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "7", "preferred_username": "zhao"})
    wrong: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _KEY)
    issuer: str = ""
    called: str = ""
    """Another name that it calls itself by."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self.discover)
        app.add_api_route("/keys", lambda: {"keys": [_KEY.as_dict(private=False)]})
        app.add_api_route("/authorize", self.authorize)
        app.add_api_route("/token", self.token, methods=["POST"])
        return app

    def discover(self) -> dict[str, Any]:
        return {
            "issuer": self.called or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    async def token(self, request: Request) -> JSONResponse:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {basic}"
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != _text(verifier)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {**told, **self.claims, **self.wrong}
        return JSONResponse({"id_token": jwt.encode({"alg": "RS256", "kid": "first"}, claims, self.key)})


@contextmanager
def serving_provider() -> Iterator[Provider]:
    """One at an address of its own."""
    made = Provider()
    server = uvicorn.Server(uvicorn.Config(made.app(), port=0, log_config=None))
    thread = threading.Thread(target=server.run, name="provider")
    thread.start()
    try:
        wait_for(lambda: server.started, "the provider starts")
        made.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield made
    finally:
        server.should_exit = True
        thread.join(10)


class Authenticator:
    """Makes passkeys as WebAuthn level 2 has them (ES256, no attestation), and always finds its person present."""

    def __init__(self, origin: str, *, verifies: bool = True) -> None:
        self.origin = origin
        self._flags = 0x01 | (0x04 if verifies else 0)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(32)
        self._count = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._data(options["rp"]["id"], 0x40) + bytes(16) + len(self._id).to_bytes(2, "big") + self._id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._credential({"clientDataJSON": _text(client), "attestationObject": _text(attestation)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        data, client = self._data(options["rpId"], 0), self._client("webauthn.get", options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._credential({name: _text(value) for name, value in answer.items()})

    def rewind(self) -> None:
        """As a copy of it would be."""
        self._count = 0

    def _data(self, host: str, more: int) -> bytes:
        self._count += 1
        return hashlib.sha256(host.encode()).digest() + bytes([self._flags | more]) + self._count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, answer: dict[str, str]) -> dict[str, Any]:
        return {"id": _text(self._id), "rawId": _text(self._id), "type": "public-key", "response": answer}


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
