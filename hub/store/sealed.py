"""Everything in the store that is encrypted: the secrets of sources, and those of one-time passwords."""

from __future__ import annotations

from hub.config.vault import Vault
from hub.store import device_accounts, factors, sources
from hub.store.store import Store


def reseal(store: Store, vault: Vault) -> int:
    """Encrypt all of it anew with the key that ``vault`` uses now; answers how many secrets there are.

    Raises SecretLost where one of them cannot be read; then none of its kind has changed.
    """
    return (
        sources.rekey(store, vault, vault) + factors.reseal(store, vault) + device_accounts.reseal(store, vault.texts)
    )
