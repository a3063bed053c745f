"""The embedded PostgreSQL: a private server in a data folder, shared by all processes that use it.

    with EmbeddedPostgres(Path("data/postgres")).open() as use:
        psycopg.connect(use.url)

Linux is what it is tested on. macOS should do (psutil instead of /proc; an orphaned server is ended
by the next start instead of by the kernel) but is untested. Windows has none of the locks it needs.
"""

from parvis.postgres.errors import DatabaseUnavailable
from parvis.postgres.programs import Programs, wheel_programs
from parvis.postgres.use import EmbeddedPostgres, Use

__all__ = ["DatabaseUnavailable", "EmbeddedPostgres", "Programs", "Use", "wheel_programs"]
