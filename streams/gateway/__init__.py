"""Gateway: the HTTP door. What comes in over the network is checked, named by pseudonyms, and
appended to the log; whoever sent it hears 2xx only after that.

`reading`, `naming`, `events`, `staff` and `webhooks` say what a request becomes and touch
nothing; `server` is the order of a request, `writer` and `tables` are the log's two ends.
"""
