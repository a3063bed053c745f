"""A network's several hosts, and the sandbox's one."""


def beside(server: str, real: str, other: str) -> str:
    """The origin of `other`, a network's second host, for who speaks to its first, the `real` one.
    Any other server, such as a sandbox, serves all of them on its own."""
    return other if server == real else server
