"""Recording: what staff say becomes records, checked before anything is written.

Part of the shell. It knows where records go and what is there already, and refuses what
contradicts that; what a fact means for a person is for the care stage to say.
"""
