"""Editorial decisions: what is told, when, to which channel, and what was told before; all of it pure."""
