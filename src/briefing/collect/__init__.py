"""From a feed's address to clean items: fetch the bytes, read them in a child that can be killed, clean what they say.

`fetch` is the only file that opens a connection; `politeness`, `inflate`, `freshness` and `failure` say how often, how
much to unpack, what to remember and what to tell of an error. `isolate` runs `parse`, `jsonfeed`, `sanitize` and
`fulltext` where a hostile document can do no harm; `pages` reads what stands behind items. `cadence` and `outcome`
decide, purely, when a feed is polled next and what its row will say.
"""
