"""Pseudonyms: what stands for the names that platforms give, and the keys that it comes from.

Part of the shell. `ring` are the keys of a tenant, `naming` how a key makes a pseudonym,
`identities` whose alias a pseudonym is, `names` all of these together as the door asks for it.
`keeping` writes ring files, `rekeying` says known names again under the newest key.
Secrets stay in here: nothing prints, logs or raises them.
"""
