"""Static files under names that tell what they hold, so that browsers may keep them for ever."""

from servestatic.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

# As our own scripts name each other. Django's switch for this reads every package's scripts, and
# stumbles over one that gives an example in a comment.
_IMPORT = r'(?P<matched>(?P<what>import(?: \{[^}]*\} from)?) "(?P<url>\./[^"]+)";)'


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("parvis/*.js", ((_IMPORT, '%(what)s "%(url)s";'),)),
    )
