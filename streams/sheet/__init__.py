"""Sheet: a policy in plain language, for the day somebody joins a program.

Every sentence follows from a setting or from what Rollcall does whatever the settings are; the
sheet promises nothing that the policy does not say.
"""
