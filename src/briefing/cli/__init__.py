"""The command line: one file per noun, grouped in help; heavy modules are imported inside commands."""
