"""`python -m streams.commands`: the same as `rollcall`."""

from streams.commands.main import main

main(prog_name="rollcall")
