"""The commands ``gridhub user …``: people, what they may do and where, their passwords."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.audit import by_command
from hub.clock import SystemClock
from hub.config import load, store_access
from hub.document import nearest
from hub.errors import Conflict, HubError
from hub.model.person import Person, check_name
from hub.model.rights import EVERYWHERE, Grant, Role
from hub.passwords import hash_password
from hub.store import Store, areas, audit, factors, people
from hub.store.people import LAST_CHIEF

_TO_BE_CHANGED = "; the password is to be changed at the next signing in"
_Run = Callable[[argparse.Namespace], int]


def register(subparsers: Any) -> None:
    """Add the commands to the parser of ``gridhub``."""
    words = "people: add, list, grant, revoke, disable, enable, password"
    user = subparsers.add_parser("user", help=words).add_subparsers(required=True)
    _add(user, "add", "add a person; the password is asked for, or read from standard input", _user_add, _adding)
    _add(user, "list", "list people, and what each may do where", _user_list, _config_option)
    _add(user, "grant", "let a person do more: a role, everywhere or in an area", _user_grant, _granting)
    _add(user, "revoke", "take a role back", _user_revoke, _granting)
    _add(user, "disable", "shut a person out at once", _user_disable, _with_name)
    _add(user, "enable", "let a person in again", _user_enable, _with_name)
    words = "for who has lost them: one-time passwords, recovery codes and passkeys; ends the person's sessions"
    _add(user, "forget-factors", words, _user_forget_factors, _with_name)
    words = "set a password, to be changed at the next signing in; ends the person's sessions"
    _add(user, "password", words, _user_password, _with_password)


def _add(commands: Any, name: str, words: str, run: _Run, options: Callable[[argparse.ArgumentParser], None]) -> None:
    command = commands.add_parser(name, help=words, description=words)
    options(command)
    command.set_defaults(run=run)


def _config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")


def _with_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    _config_option(parser)


def _with_password(parser: argparse.ArgumentParser) -> None:
    _with_name(parser)
    _keep_option(parser)


def _keep_option(parser: argparse.ArgumentParser) -> None:
    words = "the password need not be changed at the next signing in: of oneself, or of a program"
    parser.add_argument("--keep", action="store_true", help=words)


def _with_role(parser: argparse.ArgumentParser, **role: Any) -> None:
    parser.add_argument("--role", choices=[str(each) for each in Role], **role)
    parser.add_argument("--area", default=EVERYWHERE, help="in this area and what lies below it only")


def _granting(parser: argparse.ArgumentParser) -> None:
    _with_name(parser)
    _with_role(parser, required=True)


def _adding(parser: argparse.ArgumentParser) -> None:
    _with_name(parser)
    _with_role(parser, default="operator")
    parser.add_argument("--external", action="store_true", help="signs in by the OpenID Connect provider: no password")
    _keep_option(parser)


def _user_add(options: argparse.Namespace) -> int:
    try:
        name = check_name(options.name)
    except ValueError as error:
        raise HubError(str(error)) from error
    is_given = not options.external and not options.keep
    person = Person(name, (_grant(options),), external=options.external, password_given=is_given)
    password_hash = None if options.external else _ask_password()
    with _store(options) as store:
        _require_area(store, options.area)
        people.add(store, person, password_hash)
        _note(store, "add_person", name, role=options.role, area=options.area, to_be_changed=is_given)
    _say(f"added {name} as {_words(person.grants[0])}{_TO_BE_CHANGED if is_given else ''}")
    return 0


def _user_list(options: argparse.Namespace) -> int:
    with _store(options) as store:
        for person in people.list_people(store):
            roles = ", ".join(map(_words, person.grants)) or "may do nothing"
            notes = " (external)" * person.external + " (disabled)" * person.disabled
            sys.stdout.write(f"{person.name:<24}{roles}{notes}\n")
    return 0


def _user_grant(options: argparse.Namespace) -> int:
    with _store(options) as store:
        known = people.get(store, options.name).person
        _require_area(store, options.area)
        people.set_grants(store, known.name, {*known.grants, _grant(options)})
        _note(store, "change_person", known.name, granted=options.role, area=options.area)
    _say(f"{options.name} is {_words(_grant(options))} now")
    return 0


def _user_revoke(options: argparse.Namespace) -> int:
    grant = _grant(options)
    with _store(options) as store:
        known = people.get(store, options.name).person
        if grant not in known.grants:
            raise HubError(f"{options.name} is not {_words(grant)}")
        _unless_last(lambda: people.set_grants(store, known.name, {*known.grants} - {grant}), options.name)
        _note(store, "change_person", known.name, revoked=options.role, area=options.area)
    _say(f"{options.name} is not {_words(grant)} any more")
    return 0


def _user_disable(options: argparse.Namespace) -> int:
    with _store(options) as store:
        _unless_last(lambda: people.set_disabled(store, options.name, disabled=True), options.name)
        _note(store, "change_person", options.name, disabled=True)
    _say(f"{options.name} is disabled, and signed out everywhere")
    return 0


def _user_enable(options: argparse.Namespace) -> int:
    with _store(options) as store:
        people.set_disabled(store, options.name, disabled=False)
        _note(store, "change_person", options.name, disabled=False)
    _say(f"{options.name} may sign in")
    return 0


def _user_password(options: argparse.Namespace) -> int:
    password_hash = _ask_password()
    with _store(options) as store:
        people.set_password(store, options.name, password_hash, given=not options.keep)
        _note(store, "set_password", options.name, to_be_changed=not options.keep)
        is_disabled = people.get(store, options.name).person.disabled
    words = "; it is still disabled: gridhub user enable" if is_disabled else "" if options.keep else _TO_BE_CHANGED
    _say(f"the password of {options.name} is changed, and every session of it has ended{words}")
    return 0


def _user_forget_factors(options: argparse.Namespace) -> int:
    with _store(options) as store:
        factors.remove_all(store, people.get(store, options.name).person.name)
        _note(store, "remove_second_factors", options.name)
    _say(f"{options.name} has no second factor any more, and every session has ended")
    return 0


def _note(store: Store, action: str, name: str, **detail: Any) -> None:
    """Into the audit log: who did it at this machine."""
    with store.transaction() as tx:
        audit.write(tx, by_command(action, f"people/{name}", detail), SystemClock().now())


def _unless_last(change: Callable[[], None], name: str) -> None:
    try:
        change()
    except Conflict as conflict:
        if str(conflict) != LAST_CHIEF:
            raise
        raise HubError(f"{name} is the last administrator: add another one first") from conflict


def _require_area(store: Store, path: str) -> None:
    known = [area.path for area in areas.list_areas(store)]
    if path != EVERYWHERE and path not in known:
        raise HubError(f"there is no area {path!r}{nearest(path, known)}")


def _grant(options: argparse.Namespace) -> Grant:
    return Grant(Role(options.role), options.area)


def _words(grant: Grant) -> str:
    return f"{grant.role} {f'in {grant.area}' if grant.area else 'everywhere'}"


def _ask_password() -> str:
    password = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        return hash_password(password)
    except ValueError as error:
        raise HubError(str(error)) from error


def _store(options: argparse.Namespace) -> Store:
    return Store.open(store_access(load(options.config)), "cli")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
