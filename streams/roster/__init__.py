"""Roster: who is enrolled where and when sessions take place, from files that planners keep.

Part of the shell. A table of people (`people`) and a calendar of sessions (`calendar`) become
records (`plan`), of which only what is new or changed is said (`changes`). All is checked
before anything is written; what is wrong is told with its file, line and column.
"""
