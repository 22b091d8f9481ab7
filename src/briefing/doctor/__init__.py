"""Shell: tell what is wrong with an installation, and the way to mend it.

    check feeds.yaml | look at the database | every other question side by side, a few seconds for each | findings

Above the other shells, because the first question is `check`'s. `case` holds what the questions are asked about,
`place`, `database` and `mail` the questions, `areas` what they can be narrowed to, `examine` asks them. Nothing is
sent, made or upgraded.

What if we die here? Nothing happened.
"""
