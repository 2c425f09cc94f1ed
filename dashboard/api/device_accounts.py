"""Accounts of devices on the hub's own broker."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from dashboard.api.auth import MaySources
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import IdInPath
from dashboard.api.problems import ProblemError
from dashboard.api.sources import seen_row
from hub.config.access import broker_access
from hub.config.vault import Vault
from hub.errors import StartError
from hub.model.source import SourceKind
from hub.store import device_accounts

router = APIRouter(tags=["devices"])


class DeviceAccount(BaseModel):
    """How a device connects. ``password`` is told this once. ``topics``: what it may publish and subscribe to."""

    username: str
    password: str
    port: int
    tls: bool
    topics: list[str]


@router.post("/devices/{id}/account", status_code=201)
def make_device_account(id: IdInPath, caller: MaySources, ctx: Ctx) -> DeviceAccount:
    """A new password; the one before is of no use any more. 409 `foreign_broker` where the broker is not the hub's, 503
    `broker_away` before it ran for the first time."""
    _require_own_broker(ctx)
    seen_row(ctx, caller, SourceKind.DEVICE, id)
    try:
        access = broker_access(ctx.config)
    except StartError as error:  # before anything is changed: the password would be lost
        raise ProblemError(503, "broker_away", str(error)) from error
    with ctx.store.transaction() as tx:
        password = device_accounts.make(tx, id, (), Vault.of(ctx.config).texts, ctx.clock.now())
    topics = [f"gridhub/v1/devices/{id}/#"]
    return DeviceAccount(username=id, password=password, port=access.port, tls=access.tls, topics=topics)


@router.delete("/devices/{id}/account", status_code=204)
def revoke_device_account(id: IdInPath, caller: MaySources, ctx: Ctx) -> None:
    """Its session is cut within seconds."""
    _require_own_broker(ctx)
    seen_row(ctx, caller, SourceKind.DEVICE, id)
    with ctx.store.transaction() as tx:
        device_accounts.revoke(tx, id)


def _require_own_broker(ctx: Context) -> None:
    if ctx.config.broker.url is not None:
        raise ProblemError(409, "foreign_broker", "the broker is not the hub's own: its accounts are made there")
