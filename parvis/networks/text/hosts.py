"""What may be the host of a link by twitter-text 3.1.0, as X and Mastodon have it.

One thing differs on purpose: its list of top-level domains is of 2020; here it is that of the
Public Suffix List, as the installed package holds it (nothing is fetched). Doubt: which list X's
servers use today is not published, and Mastodon's is that of the release of the library in it, so
that a link on a very new domain may be longer there.
"""

from importlib.resources import files

import regex

_LONGEST_LABEL = 63
_LONGEST_LINK = 4096

_SPACES = r"\x09-\x0D\x20\x85\xA0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
_DIRECTIONS = r"\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
NEVER = r"\uFFFE\uFEFF\uFFFF"
LATIN = (
    r"\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F"
    r"\u0272\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF"
)
# What a host is made of is all that is not punctuation, so that Chinese without spaces is one host.
NO_HOST = rf"!'#%&()*+,\\\-./:;<=>?@\[\]\^_{{|}}~${_SPACES}{NEVER}{_DIRECTIONS}"
# Patterns with it are compiled with DOMAINS as `domains`.
TOP_LEVEL = r"(?:(?i:\L<domains>)(?=[^0-9a-zA-Z@+\-]|$)|(?i:xn--)[\-0-9a-zA-Z]+)"
_DOTS = regex.compile("[。．｡]")


def host_without(never: str) -> str:
    """The pattern, in verbose mode, of a host with none of these signs in its labels."""
    return rf"""
        (?: [^{never}](?:[^{never}]|[_\-])*+ (?<![_\-])\. )*
        (?: [^{never}](?:[^{never}]|-)*+ (?<!-)\. )
        {TOP_LEVEL}
    """


def _top_level_domains() -> list[str]:
    listed = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
    rules = (line.split()[0] for line in listed.splitlines() if line.strip())
    return sorted({rule.rsplit(".", 1)[-1] for rule in rules if not rule.startswith("//")})


DOMAINS = _top_level_domains()


def is_possible(host: str, link: str) -> bool:
    """Whether host and link, the latter with its scheme, are as short as they must be."""
    if not all(1 <= len(_encoded(label)) <= _LONGEST_LABEL for label in host.split(".")):
        return False
    return len(link.encode("utf-16-le", errors="surrogatepass")) // 2 <= _LONGEST_LINK


def _encoded(label: str) -> str:
    return ".".join(
        piece if piece.isascii() else "xn--" + piece.encode("punycode").decode("ascii")
        for piece in _DOTS.split(label)
    )
