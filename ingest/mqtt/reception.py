"""Who comes unasked: unknown devices are written down, and those that match an entry of ``register`` are let in."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from hub.clock import Clock
from hub.config.device_types import RegisterSettings
from hub.errors import Conflict, NotFound, StoreError
from hub.model.area import check_path
from hub.store import Store, devices
from hub.store.devices import Stranger
from hub.tally import Tally
from ingest.mqtt.strangers import Strangers

_log = logging.getLogger(__name__)


class Reception:
    """For the thread that reports."""

    def __init__(
        self, store: Store, strangers: Strangers, rules: Sequence[RegisterSettings], clock: Clock, tally: Tally
    ) -> None:
        self._store = store
        self._strangers = strangers
        self._rules = rules
        self._clock = clock
        self._tally = tally

    def step(self) -> None:
        """Write down who was heard since the last time; while the store is away, later."""
        self._tally.set("gridhub_mqtt_strangers_passed_over_total", self._strangers.passed_over)
        taken = self._strangers.take()
        if not taken:
            return
        try:
            devices.put_strangers(self._store, taken)
        except StoreError as error:
            _log.debug("unknown devices cannot be written down now: %s", error)
            self._strangers.put_back(taken)
            return
        if not self._rules:
            return
        for stranger in taken:
            try:
                self._let_in(stranger)
            except StoreError as error:  # it speaks again
                _log.debug("%s cannot be let in now: %s", stranger.id, error)
                return

    def _let_in(self, stranger: Stranger) -> None:
        """By the first entry that matches."""
        for rule in self._rules:
            area = rule.area_of(stranger.id, stranger.topic)
            if area is not None:
                reason = self._try(stranger, rule, area)
                if reason:
                    devices.why_not(self._store, stranger.id, reason)
                return

    def _try(self, stranger: Stranger, rule: RegisterSettings, area: str) -> str:
        """Why it cannot be let in; "" where it was, or is there already."""
        try:
            check_path(area)
        except ValueError as error:
            return f"register {rule.match!r}: {error}"
        if devices.registered_by(self._store, rule.match) >= rule.limit:
            return f"register {rule.match!r} has let in {rule.limit} devices, as many as it may"
        name = str((stranger.announced or {}).get("name") or stranger.id)
        source = devices.source_of(stranger.id, area, rule.type, name, rule.match)
        try:
            with self._store.transaction() as tx:
                devices.approve(tx, source, self._clock.now())
        except NotFound:  # the foreign key
            return f"register {rule.match!r}: there is no area {area!r}"
        except Conflict:
            return ""
        _log.info("let in %s as a %s in %s", stranger.id, rule.type, area)
        self._tally.add("gridhub_mqtt_registered_total")
        return ""
