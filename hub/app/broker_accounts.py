"""The accounts of devices, from the store to the embedded broker."""

from __future__ import annotations

import logging

from hub.app.broker import set_accounts
from hub.app.broker_settings import DeviceAccount
from hub.config import Config
from hub.config.vault import SecretLost, Vault
from hub.store import Store, device_accounts

_log = logging.getLogger(__name__)


class BrokerAccounts:
    """``look`` often: it asks the store one small question, and does something where the answer is another."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._mark: object = None

    def look(self) -> bool:
        """Whether the broker was given other accounts. Raises StoreUnavailable, HubError."""
        if self._config.broker.url is not None:
            return False
        mark = device_accounts.mark(self._store)
        if mark == self._mark:
            return False
        vault, accounts = Vault.of(self._config).texts, []
        for kept in device_accounts.list_accounts(self._store):
            try:
                accounts.append(DeviceAccount(kept.device, device_accounts.password(kept, vault), kept.topics))
            except SecretLost as error:
                _log.error("the account of the device %s is of no use: %s", kept.device, error)
        set_accounts(self._config, accounts)
        if self._mark is not None:
            _log.info("the broker knows %d accounts of devices", len(accounts))
        self._mark = mark
        return True
