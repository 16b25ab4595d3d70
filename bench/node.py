"""What the server on Node needs. Where it cannot be had, the others are compared without it."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from api.explorer import node

FOLDER: Final = Path(__file__).parent / "servers" / "mercurius"


def why_not() -> str | None:
    """Install its packages, unless they are there; say why, if that cannot be."""
    found = node.found()
    if found is None:
        return "there is no Node here that is new enough."
    if (FOLDER / "node_modules").exists():
        return None
    done = subprocess.run(
        [*found.npm, "ci"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
        return f"npm could not bring its packages: {done.stderr.strip()[-300:]}"
    return None
