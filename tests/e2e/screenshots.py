"""``make screenshots``: starts the demo and draws the pictures of the docs anew, into docs/pictures.

``make screenshots ARGS="wall review"`` draws only those kinds.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.e2e.fix_demo import running_demo

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridhub-pictures-") as folder, running_demo(Path(folder)) as demo:
        sys.stdout.write(demo.node("screenshots.mjs", str(PICTURES), *sys.argv[1:], seconds=1800))


if __name__ == "__main__":
    main()
