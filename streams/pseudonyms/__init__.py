"""Pseudonyms: what stands for the names that platforms give, and the keys that it comes from.

Part of the shell. `ring` are the keys of a tenant, `naming` how a key makes a pseudonym,
`identities` whose alias a pseudonym is, `names` all of these together as the door asks for it.
`raw` is how planners write an alias that is no pseudonym yet, `keeping` writes ring files.
Secrets stay in here: nothing prints, logs or raises them.
"""
