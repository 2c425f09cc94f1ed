"""The secrets of sources, and the key file of a hub: ``hub.secrets`` as the configuration has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hub import secrets
from hub.config.access import secret
from hub.config.settings import Config
from hub.log import redact_value
from hub.model.source import Source
from hub.secrets import SecretLost

__all__ = ["SEALED", "SecretLost", "Vault", "is_sealed", "key_file"]

SEALED = "sealed"
"""The only key of a source's secret as the database has it: ``{"sealed": "v1.KEY_ID.BASE64"}``."""
OWN_KEY = "camera-key"
"""The name of the file below ``data_dir/secrets`` from when only cameras had secrets."""


@dataclass(frozen=True, slots=True)
class Vault:
    """As ``hub.secrets.Vault``, for whole sources; ``texts`` is the one for anything else."""

    text: str | None = field(repr=False)
    why: str = ""
    file: Path | None = None

    @classmethod
    def of(cls, config: Config) -> Vault:
        """That of a hub. Its own key is made on first use; one that is configured must be there."""
        if config.secrets.key_file is None:
            try:
                secret(config, OWN_KEY)
            except OSError as error:
                return cls(None, f"the key cannot be read ({error.strerror or error})")
        return cls.from_file(key_file(config))

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        found = secrets.Vault.from_file(path)
        return cls(found.text, found.why, path)

    @property
    def texts(self) -> secrets.Vault:
        return secrets.Vault(self.text, self.why, self.file)

    def seal(self, source: Source) -> Source:
        """``source`` with its secret sealed, where it has one and it is not sealed yet. Raises SecretLost."""
        if not source.secret or SEALED in source.secret:
            return source
        content = json.dumps(dict(source.secret), sort_keys=True, ensure_ascii=False)
        return replace(source, secret={SEALED: self.texts.seal(content, _bound(source.id)).decode()})

    def unseal(self, source: Source) -> Source:
        """``source`` with its secret in clear. Raises SecretLost."""
        if not source.secret or SEALED not in source.secret:
            return source
        content = self.texts.open(source.secret[SEALED].encode(errors="replace"), _bound(source.id))
        found: dict[str, str] = json.loads(content)
        for value in found.values():
            redact_value(value)
        return replace(source, secret=found)

    def same_secret(self, one: Source, other: Source) -> bool:
        """Whether two sources have the same secret, whatever keys it is sealed with."""
        if one.secret == other.secret:
            return True
        try:
            return self.unseal(one).secret == self.unseal(other).secret
        except SecretLost:
            return False


def key_file(config: Config) -> Path:
    """Where the keys of a hub are; the file may be yet to be made."""
    return config.secrets.key_file or config.data_dir / "secrets" / OWN_KEY


def is_sealed(secret_of_source: Mapping[str, str] | None) -> bool:
    """Whether a secret may be written to the database."""
    return not secret_of_source or set(secret_of_source) == {SEALED}


def _bound(source_id: str) -> str:
    return f"source {source_id}\0"
