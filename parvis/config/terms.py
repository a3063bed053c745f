"""How long things may take between a claim and the end of a delivery, and how they relate.

    publish < lease     a worker sends only while its right outlives the request
    lease + publish < under_way
                        a request that nobody answered is over before its absence is believed

The relations are what the promise rests on, and are checked when this is imported; the figures are
a compromise between patience with a slow network and quick recovery from a lost worker.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All in seconds.

    lease          how long a claim holds without being renewed
    publish        how long the one request that publishes may take
    settling       from an unknown outcome to the first look-up
    under_way      how long a request that nobody answered may still be acted on. Longer than
                   servers keep a request in line: the usual limit of a front server is 60 s (nginx,
                   proxy_read_timeout)
    first_pause    before the second try or look-up; each pause is twice the one before
    longest_pause  where they stop growing
    order          for how long a post that cannot be settled holds back later ones of its account
    lateness       how late a post may go out unless it says otherwise
    beat           between two signs of life of a worker
    grace          from the wish to stop to the end of what is under way
    """

    lease: float = 25.0
    publish: float = 15.0
    settling: float = 5.0
    under_way: float = 90.0
    first_pause: float = 4.0
    longest_pause: float = 15 * 60.0
    order: float = 15 * 60.0
    lateness: float = 12 * 60 * 60.0
    beat: float = 5.0
    grace: float = 25.0

    def __post_init__(self) -> None:
        if not (self.publish < self.lease and self.lease + self.publish < self.under_way):
            raise ValueError("publish < lease and lease + publish < under_way must hold")

    @property
    def silent(self) -> float:
        """When a worker that has not been heard of is taken for lost."""
        return max(self.lease, 3 * self.beat)

    def at_pace(self, pace: float) -> "Terms":
        """The same relations, `pace` times as quick: for campaigns of faults in the sandbox. What
        a person allows, the lateness, stays."""
        return Terms(
            lease=self.lease / pace,
            publish=self.publish / pace,
            settling=self.settling / pace,
            under_way=self.under_way / pace,
            first_pause=self.first_pause / pace,
            longest_pause=self.longest_pause / pace,
            order=self.order / pace,
            lateness=self.lateness,
            beat=self.beat / pace,
            grace=self.grace / pace,
        )


Terms()
