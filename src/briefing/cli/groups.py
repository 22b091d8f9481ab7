"""How a group of commands tells what it holds: plainly, by panel, and the whole of each command's first paragraph.

typer's own boxes load rich, which takes as long as all the rest of `briefing --help`.
"""

from collections import defaultdict
from typing import Any

from typer.core import TyperGroup


class Group(TyperGroup):
    """Commands below one noun, or all of them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's words
        """Write the commands, those of one panel together, in the order in which they were added."""
        panels = defaultdict(list)
        for name, command in self.commands.items():
            panel = getattr(command, "rich_help_panel", None) or "Commands"
            panels[panel].append((name, (command.help or "").split("\n\n")[0]))
        for panel, commands in panels.items():
            with formatter.section(panel):
                formatter.write_dl(commands)
