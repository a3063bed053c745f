"""The same networks, simulated on loopback: a place to rehearse in without a real credential.

    async with Sandbox(port=0, seed=1) as sandbox:      # parvis.sandbox.run
        sandbox.origin("x")      # http://127.0.0.1:…: serves the paths of X, all its hosts in one
        sandbox.control          # http://127.0.0.1:…: faults, clock, posts, calls (control.py)

How to add a network: write `parvis/sandbox/<name>.py` (or a package) with one class derived from
`network.SandboxNetwork`, whose docstring says what is asked of it and what it gets; give it a
port in `ports.py` and a line in `registry.py`. What is there to build on:

    records.py    Person, Post, Media, Item, App, Code, Token: frozen; change one by putting a
                  replaced one back on the shelf
    shelf.py      self.shelf.posts / media / people / tokens …, self.shelf.items("container"),
                  self.shelf.blobs.keep(bytes) -> sha256
    clock.py      self.clock.now()
    oauth.py      Rules for `oauth_rules`, then self.oauth: client, redeem, renew, revoke, check
    consent.py    ConsentPage: the authorise page
    fetching.py   await fetch(url, limit), for a network that comes to get its media
    limits.py     self.windows.take("create/42", limit=100, seconds=900) -> Window
    faults.py     what can be ordered; which of them are a network's own to carry out
    audience.py   likes, views and answers over time: self.counts(post), self.votes(post, 4)
    pages.py      timelines and permalinks; media_url(self, media)

It is a LEAF: no Django, no database server, and nothing from the other rooms. In particular no
look at parvis.networks: where both have read the same source wrongly, no test would ever show it.
"""
