"""The password of a camera on the command line.

It comes from a file, from ``GRIDHUB_CAMERA_PASSWORD`` or from a prompt; as an argument every user of the machine could
read it, so the only one that may be there is the one in a URL that was pasted whole.
"""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path

from hub.errors import HubError
from hub.log import redact_value


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username")
    parser.add_argument("--password-file", type=Path, metavar="FILE")


def password_of(options: argparse.Namespace) -> str:
    """Of ``--username``. Raises HubError where the file cannot be read."""
    if options.password_file is not None:
        try:
            password = str(options.password_file.read_text(encoding="utf-8")).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise HubError(f"cannot read {options.password_file}") from error
    elif "GRIDHUB_CAMERA_PASSWORD" in os.environ:
        password = os.environ["GRIDHUB_CAMERA_PASSWORD"]
    else:
        password = getpass.getpass(f"password of {options.username}: ")
    redact_value(password)
    return password
