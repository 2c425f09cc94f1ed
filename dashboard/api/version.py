"""The version of this hub, as it is installed."""

from importlib.metadata import version

VERSION = version("gridhub")
