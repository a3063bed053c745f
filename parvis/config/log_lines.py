"""What must not stand in a log: the addresses that open a file to whoever knows them."""

import logging
import re

_OPENING = re.compile(r"(/media/open/)[^/\s]+")


class KeepsAddressesShut(logging.Filter):
    """Django logs the address of each request that it refuses, and it may be a good one."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/media/open/" in said:
            record.msg, record.args = _OPENING.sub(r"\1…", said), ()
        return True
