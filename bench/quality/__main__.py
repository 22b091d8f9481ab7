"""Run every measure of this folder and write what they print into docs/quality.md, each under its words in page.md.

    BRIEFING_CORPUS=/folder python -m bench.quality

No figure is written by hand. The scripts say what they need of the corpus and how they count.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DETAIL = "    "  # other people's sentences, for reading on a screen
MEASURES = ("series", "developments", "copies", "origins", "pace")


def printed(name: str) -> str:
    """Run one measure to its end, show its lines and return the figures and misses as a block."""
    run = subprocess.run([sys.executable, f"{HERE}/{name}.py"], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    sys.stdout.write(run.stdout)
    kept = "\n".join(line for line in run.stdout.splitlines() if not line.startswith(DETAIL))
    return f"```\n{kept}\n```"


def main() -> int:
    """Measure and write."""
    if "BRIEFING_CORPUS" not in os.environ:
        sys.stderr.write("say where the labelled data is: BRIEFING_CORPUS=/folder make quality\n")
        return 2
    page = (HERE / "page.md").read_text(encoding="utf-8")
    for name in MEASURES:
        page = page.replace(f"{{{name}}}", printed(name))
    (ROOT / "docs" / "quality.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
