"""The fault campaign: `make faults`, or `python -m tests.faults --seed 7 --posts 2000`.

A whole Parvis (embedded database, pages, three workers, the sandbox's seven networks) publishes
while everything breaks that can break; then every timeline is compared with every delivery. What
is lost, duplicated or wrong must be none.

    options.py      what is asked for: seed, posts, minutes, networks, pace, a broken safeguard
    campaign.py     the whole course, and the conductor that lets things happen in their time
    plan.py         what shall be posted, and when (pure, by the seed)
    disasters.py    what shall go wrong, and when (pure, by the seed)
    misfortune.py   lets it happen, and undoes it
    place.py        the parts that run: data folder, database, sandbox, pages
    accounts.py     the accounts, connected as people do it
    composing.py    drafts and hands over what is planned
    person.py       what people do meanwhile: move, take back, release, decide, connect again
    crew.py         the three worker processes: killed, frozen, cut off, with moved clocks
    gaps.py         the gaps in which they die
    links.py        each worker's own way to the database, which can be cut or go silent
    namespace.py    the same as a network namespace of its own
    worker.py       what runs in a worker’s process before Parvis does
    clocks.py       clocks that are wrong
    breaks.py       safeguards turned off
    reading.py      reads timelines and deliveries
    judging.py      compares timelines with deliveries (pure)
    telling.py      one JSON line per network and a total; a trace of each violation
"""
