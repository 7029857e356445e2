"""Signatures: each platform's own check of a webhook, on its raw body.

A scheme is a pure function of the request as it came and of all secrets that are live, two or
more while one is being replaced; any may match. `SCHEMES` in `schemes` is the list. A scheme
never raises: whatever is wrong with a request is a `Forged`, whose code holds none of its text.

What one secret is, a line of a webhook's file of secrets; blanks around it do not count:

| platform | secret |
|---|---|
| zoom | the app's secret token, as the Marketplace shows it |
| livekit | `apikey:secret`; the secret itself has at least 32 characters |
| bigbluebutton, bigbluebutton-mapped | the server's shared secret (`bbb-conf --secret`) |
| jitsi | the token of `api_headers = { Authorization = "Bearer TOKEN" }`, without `Bearer` |
| jaas | the endpoint's secret as the JaaS console shows it, `whsec_` included |
| daily | the webhook's `hmac`: base64 |
| recall | `whsec_` and base64: the workspace's verification secret, and in workspaces made \
before 15 December 2025 also, as another secret, that of the Svix endpoint |

A secret shorter than 16 bytes, once decoded, is none: `usable` tells before the door opens, and
a scheme passes over it, so that an empty file never makes a secret that all the world knows.
"""
