"""The three files that say how the server runs and who may enter.

They are written before every start, so they always belong to this version of Parvis. A setting of
your own goes through `ALTER SYSTEM`, which PostgreSQL keeps in postgresql.auto.conf.
"""

from pathlib import Path

from parvis.postgres.account import Account

ROLE = "parvis"
DATABASE = "parvis"

# Sizes for a small machine. No statement reaches the log, with or without an error: it may hold
# what people wrote. `terse` leaves out DETAIL, which quotes rows.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "48MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "fsync": "on",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "logging_collector": "off",
    "log_line_prefix": "'%m [%p] '",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# Asynchronous I/O through three more processes is not worth them here (PostgreSQL 18 and later).
SETTINGS_SINCE = {18: {"io_method": "sync"}}


def configuration_files(major: int, socket_folder: Path, account: Account) -> dict[str, str]:
    """File name within the cluster -> its whole text."""
    return {
        "postgresql.conf": _settings(major, socket_folder),
        "pg_hba.conf": f"local all {ROLE} peer map={ROLE}\n",
        "pg_ident.conf": _who_is_parvis(account),
    }


def _settings(major: int, socket_folder: Path) -> str:
    settings = dict(SETTINGS)
    for since, more in SETTINGS_SINCE.items():
        if major >= since:
            settings |= more
    settings["unix_socket_directories"] = _in_list(socket_folder)
    lines = (f"{name} = {value}" for name, value in settings.items())
    return "# Written by Parvis before every start.\n" + "\n".join(lines) + "\n"


def _in_list(folder: Path) -> str:
    """A path that may hold commas, as one element of a list setting, within a setting's quotes."""
    element = '"' + str(folder).replace('"', '""') + '"'
    return "'" + element.replace("\\", "\\\\").replace("'", "''") + "'"


def _who_is_parvis(account: Account) -> str:
    """Nobody but the account itself and root, who could become it anyway."""
    return "".join(f'{ROLE} "{name}" {ROLE}\n' for name in dict.fromkeys((account.name, "root")))
