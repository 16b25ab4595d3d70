"""A `node` and an `npm` that do as told, and note how often: so that no test needs a network."""

import os
import textwrap
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tools:
    """A folder of commands, and a PATH with nothing else that builds."""

    folder: Path

    def lay_out(self, *, version: str = "v24.19.0", npm: str = "true") -> None:
        """Put the two there; ``npm`` is what it runs, in the folder of the build."""
        self.folder.mkdir(exist_ok=True)
        self._write("npm", npm)
        self._write(
            "node",
            f"""
            case "$1" in
            --version) echo {version} ;;
            *vite.js)
                mkdir -p dist/assets
                echo "<title>built</title>" > dist/index.html
                echo "built()" > dist/assets/index-1a2b.js
                echo built >> {self.folder}/builds ;;
            esac
            """,
        )

    @property
    def builds(self) -> int:
        """Count the builds that came to their end."""
        notes = self.folder / "builds"
        return len(notes.read_text().splitlines()) if notes.exists() else 0

    @property
    def path(self) -> str:
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def _write(self, name: str, script: str) -> None:
        command = self.folder / name
        command.write_text(f"#!/bin/sh\n{textwrap.dedent(script)}\n")
        command.chmod(0o755)
