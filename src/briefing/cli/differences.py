"""replay --diff: what a new configuration would have sent and the old one would not, and the reverse.

Apart from `replay`, which shows how items are judged: here two configurations are played, and only where they differ is
shown.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import count, open_config

if TYPE_CHECKING:
    from briefing.model import Piece
    from briefing.rehearse import Rehearsed


def show(pieces: "Sequence[Piece]", old: Path, new: Path, *, json: bool) -> None:
    """Play the same items through both, and print what only one of them tells."""
    if old.resolve() == new.resolve():
        hint = "briefing replay FILE --config new.yaml --diff compares it with feeds.yaml; --old names another"
        raise Failure(f"{new} is both the old and the new configuration", hint=hint, code=Exit.USAGE)
    before, after = _rehearsed(pieces, old), _rehearsed(pieces, new)
    gone, come = set(before.told) - set(after.told), set(after.told) - set(before.told)
    rows = sorted([(told, "-") for told in gone] + [(told, "+") for told in come])
    if json:
        for told, sign in rows:
            output.as_json({"only": "old" if sign == "-" else "new", **asdict(told)}, lines=True)
    else:
        cells = [(sign, f"{told.at:%d %b %H:%M}", told.to, told.by, told.item, told.title) for told, sign in rows]
        output.table(cells, empty="both would have sent the same")
    same = len(set(after.told)) - len(come)
    output.note(f"{same:,} the same; {len(gone):,} only by {old}; {len(come):,} only by {new}")
    for path, one in ((old, before), (new, after)):
        if one.missed:
            output.note(f"{count(len(one.missed), 'item')} of the file come from no feed of {path}")


def _rehearsed(pieces: "Sequence[Piece]", path: Path) -> "Rehearsed":
    from briefing import app

    return app.rehearsed(app.Setting(open_config(path), path.resolve().parent), pieces)
