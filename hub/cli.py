"""The command ``gridhub``.

Exit status: 0 done, 1 failed, 2 wrong usage or configuration. Words for people go to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hub import log
from hub.app import floors
from hub.app.app import App, check_everything
from hub.clock import SystemClock
from hub.config import Config, broker_access, load
from hub.config.device_types import not_there
from hub.errors import ConfigError, HubError
from hub.words import counted

Run = Callable[[argparse.Namespace], int]
_DEFAULT_CONFIG = Path("hub.yaml")


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser(arguments)
    options = parser.parse_args(arguments)
    run: Run | None = getattr(options, "run", None)
    if run is None:
        parser.print_help(sys.stderr)
        sys.exit(2)
    log.setup("gridhub", logging.INFO)
    try:
        sys.exit(run(options))
    except ConfigError as error:
        for problem in error.problems:
            say(log.redact(str(problem)))
        outcome = "; nothing was started" if run in {_up, _demo} else ""
        say(f"gridhub: {counted(len(error.problems), 'problem')}{outcome}")
        if options.config == _DEFAULT_CONFIG and not options.config.exists():
            say("name your configuration with -c FILE; that of the demo is var/demo/hub.yaml")
        sys.exit(2)
    except HubError as error:
        say(f"gridhub: {log.redact(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def say(text: str) -> None:
    """Words for a person."""
    print(text, file=sys.stderr, flush=True)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridhub", description="A monitoring hub for a city governed by grids.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add(commands, "demo", "a whole invented city on this machine", _demo, _demo_options)
    _add(commands, "up", "run a hub from its configuration", _up, _config_option)
    _add(commands, "check", "say what is wrong in a configuration", _check, _config_option)
    # Only the floor that brings the command is loaded, so that the others cost nothing; for help, all of them.
    first = arguments[0] if arguments else ""
    if first in floors.COMMANDS:
        wanted = [floors.COMMANDS[first]]
    else:
        wanted = [] if first in commands.choices else list(floors.COMMANDS.values())
    for module in wanted:
        importlib.import_module(module).register(commands)
    return parser


def _add(commands: Any, name: str, words: str, run: Run, options: Callable[[argparse.ArgumentParser], None]) -> None:
    command = commands.add_parser(name, help=words, description=words)
    options(command)
    command.set_defaults(run=run)


def _config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-c", "--config", type=Path, default=_DEFAULT_CONFIG, help="the configuration (hub.yaml)")


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_number(1, 65535), default=8000, help="of the dashboard, on 127.0.0.1")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="where everything is kept")
    parser.add_argument("--cameras", type=_number(1, 1000), default=4)
    parser.add_argument("--devices", type=_number(1, 100_000), default=200)
    parser.set_defaults(config=None)


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from {least} to {most}")
        return int(text)

    return parse


def _demo(options: argparse.Namespace) -> int:
    data = options.data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    rtsp_port = _free_port(data / "rtsp-port")
    prepare = [sys.executable, "-m", "ingest.simulate", "prepare", "--data", str(data)]
    prepare += ["--listen", f"127.0.0.1:{options.port}", "--rtsp-port", str(rtsp_port)]
    prepare += ["--cameras", str(options.cameras), "--devices", str(options.devices)]
    done = subprocess.run(prepare, check=False)  # noqa: S603  argv is made here, there is no shell
    if done.returncode != 0:
        return done.returncode
    config = load(data / "hub.yaml")
    clock = SystemClock()
    App(
        config,
        clock,
        lambda password: _tell(config, password, keep=True),
        lambda: floors.simulators(config, rtsp_port, clock.now().timestamp()),
        keep_password=True,
    ).run()
    return 0


def _free_port(kept: Path) -> int:
    """The port of the demo's cameras: the one it had before, or any that is free now."""
    try:
        known = int(kept.read_text())
    except (OSError, ValueError):
        known = 0
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", known))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept.write_text(f"{port}\n")
    return port


def _up(options: argparse.Namespace) -> int:
    config = load(options.config)
    App(config, SystemClock(), lambda password: _tell(config, password)).run()
    return 0


def _tell(config: Config, password: str | None, *, keep: bool = False) -> None:
    say(f"gridhub is ready: {config.web.scheme}://{config.listen}/")
    if config.broker.url is None:
        access = broker_access(config)
        kept = config.data_dir / "secrets" / "broker"
        scheme = "mqtts" if access.tls else "mqtt"
        say(f"devices publish to {scheme}://{access.host}:{access.port}, user {access.username}, password in {kept}")
    if password is not None:
        say(f"first sign-in: user admin, password {password}")
        by_command = f"to change it: gridhub user password admin -c {config.path}"
        say(f"(it is shown this once; {by_command if keep else 'you change it when you sign in'})")


def _check(options: argparse.Namespace) -> int:
    config = load(options.config)
    areas = check_everything(config, floors.check_cameras(config))
    numbers = ((areas, "area"), (config.cameras, "camera"), (config.devices, "device"))
    own = ((config.mappings, "mapping"), (config.types, "type"))
    counts = ", ".join(
        counted(len(things), noun) for things, noun in (*numbers, *(pair for pair in own if pair[0]))
    )
    types = config.device_types
    used = [(f"devices[{number}]", device.type) for number, device in enumerate(config.devices)]
    used += [(f"register[{number}]", rule.type) for number, rule in enumerate(config.registers)]
    for place, name in used:
        if name not in types:
            say(f"{options.config}: warning: {place}.type: {not_there(name, types)}")
    say(f"{options.config}: {counts}: no problem")
    return 0


if __name__ == "__main__":
    main()
