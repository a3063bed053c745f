"""What a supervisor has to tell. The command turns each into a sentence or a JSON line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The pages answer. `first_start`: nobody has made the owner's account yet."""

    url: str
    first_start: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A process ended by itself and is started again after `pause` seconds."""

    name: str
    code: int
    pause: float


@dataclass(frozen=True, slots=True)
class Restarted:
    name: str


@dataclass(frozen=True, slots=True)
class DatabaseAway:
    sentence: str


@dataclass(frozen=True, slots=True)
class DatabaseBack:
    pass


@dataclass(frozen=True, slots=True)
class Stopping:
    pass


@dataclass(frozen=True, slots=True)
class Hurrying:
    pass


@dataclass(frozen=True, slots=True)
class Stopped:
    pass


Event = Ready | Ended | Restarted | DatabaseAway | DatabaseBack | Stopping | Hurrying | Stopped


class CannotStart(Exception):
    """A process ended before the desk was open. `code` and `exit_code` are those it told."""

    def __init__(self, code: str, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
        self.exit_code = exit_code
