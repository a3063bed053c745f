"""What a person can decide about a delivery, in the words of the command."""

from enum import StrEnum


class Choice(StrEnum):
    THERE = "there"
    AGAIN = "again"
    LOOK = "look"
    RELEASE = "release"
    GIVE_UP = "give-up"
    SET_ASIDE = "set-aside"
