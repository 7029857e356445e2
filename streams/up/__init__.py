"""Up: Kafka, PostgreSQL, worker and sink on one machine, started, watched and stopped together.

Shell room. One process of ours owns a data folder and starts everything else as its children:

1. `place` and `memory`: the folder is taken, and what it was made with is recalled,
2. `parts`: Kafka and the database are started and waited for, topics are made and checked,
   then worker, sink and, where wanted, a simulated evening follow,
3. `health` and `screen`: what their metrics say is shown for as long as all runs,
4. at Ctrl-C or SIGTERM all are stopped, the last one started first.
"""
