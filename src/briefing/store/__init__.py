"""What we remember: the only stage that touches a database.

Functions take `session` first and keywords after, return `briefing.model` values and never commit: shells open
`Store.transaction()` around what must happen together. Rows stay in here.
"""
