"""How people sign in: for how long, who needs a second factor, and where else somebody may be known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from hub.config.values import Duration, Settings
from hub.model.rights import Role


def _origin(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be how browsers name the hub: https://, the host, and no path")
    return f"{parts.scheme}://{parts.netloc}"


def _issuer(address: str) -> str:
    parts = urlsplit(address)
    is_near = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or (parts.scheme != "https" and not (is_near and parts.scheme == "http")) or parts.query:
        raise ValueError("must be the https:// address that the provider calls itself by")
    return address


class ProviderSettings(Settings):
    """An OpenID Connect provider (Core 1.0, authorization code with PKCE). ``name_claim``: which claim is the name that
    a person has here, until they have signed in once; from then on they are known by their subject there."""

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    client_secret_file: Path
    name_claim: Annotated[str, Field(min_length=1, max_length=100)] = "preferred_username"
    second_factor: bool = False
    """Whether the provider asks for a second factor itself."""


class PeopleSettings(Settings):
    """``second_factor``: whoever has one of these roles may do nothing until they have added one."""

    session: Duration = timedelta(hours=12)
    """From signing in until one has to do it again, whatever one does meanwhile."""
    second_factor: Annotated[tuple[Role, ...], Field(max_length=len(Role))] = ()
    origin: Annotated[str, AfterValidator(_origin)] | None = None
    """How browsers name the hub; passkeys are bound to it, and a provider sends people back to it."""
    provider: ProviderSettings | None = None

    @model_validator(mode="after")
    def _known_to_browsers(self) -> Self:
        if self.provider is not None and self.origin is None:
            raise ValueError("provider needs people.origin: it sends people back to there")
        return self
