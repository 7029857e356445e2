"""An invented evening of virtual sessions, and load for benchmarks.

Shell room. Everything here is a function of its settings and a seed: chance comes from
`random.Random`, time is an argument, nobody in it exists. Only `send` meets a real clock and
a real broker.
"""
