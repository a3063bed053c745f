"""What PostgreSQL does for a statement, for those that take longer than they should."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any
    seconds: float


def slowest_statement(call: Callable[[], Any]) -> Statement:
    """Of those that a call executes. What it writes is rolled back."""
    heard: list[Statement] = []

    def hear(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            heard.append(Statement(sql, params, time.perf_counter() - started))

    with transaction.atomic(), connection.execute_wrapper(hear):
        call()
        transaction.set_rollback(True)
    return max(heard, key=lambda statement: statement.seconds)


def explained(statement: Statement) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement.sql}", statement.parameters
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    return f"{statement.sql.strip()}\n\n{plan}"
