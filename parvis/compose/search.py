"""Finds posts by their words: in French and English, inflected or not, with accents or without."""

import re
import unicodedata
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Func, QuerySet, Value

from parvis.compose.models import Post, PostWords

# Longer questions are a slip of the clipboard.
LONGEST_QUESTION = 200
# So many are fetched by the index of words. More are met soon enough on the way through the list,
# and PostgreSQL cannot tell the two apart: it takes every word that it has no figures of for one
# that is in one post of a hundred.
FEW = 2000

_WORD = re.compile(r"\w+")
_LEFT_OUT = re.compile(r'(?:^|(?<=\s))-(?:"[^"]*"|\S+)')


def found_by(posts: QuerySet[Post], question: str) -> QuerySet[Post]:
    """Those that have all of its words; "words in quotes" beside each other, and no -word."""
    found = PostWords.objects.filter(words=_query(question)).values_list("post_id", flat=True)
    few = list(found[: FEW + 1])
    if len(few) > FEW:
        return posts.filter(found_by__words=_query(question))
    return posts.filter(pk__in=few)


def words_hit(question: str, texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts, plain, that one of the question's words finds."""
    asked = sorted(words_of(_LEFT_OUT.sub(" ", question)))
    said = sorted(set().union(*map(words_of, texts)))
    if not asked or not said:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_HITS, {"asked": asked, "said": said})
        return frozenset(word for (word,) in cursor.fetchall())


def words_of(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _WORD.findall(text))


def plain(word: str) -> str:
    """As the database's `parvis_plain` has it, and in small letters."""
    apart = unicodedata.normalize("NFKD", word)
    bare = "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f")
    return bare.translate(_OPENED).lower()


def _query(question: str) -> SearchQuery:
    said = Func(Value(question[:LONGEST_QUESTION]), function="parvis_plain")
    french, english = (
        SearchQuery(said, config=f"pg_catalog.{language}", search_type="websearch")
        for language in ("french", "english")
    )
    return french | english


_OPENED = str.maketrans(
    {"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss"}
    | dict(zip("øØłŁđĐı", "oOlLdDi", strict=True))
)

# `ts_lexize` answers an empty array for a word that its language leaves out.
_HITS = """
WITH asked AS (
    SELECT array_agg(DISTINCT french) FILTER (WHERE french IS NOT NULL) AS french,
           array_agg(DISTINCT english) FILTER (WHERE english IS NOT NULL) AS english
    FROM unnest(%(asked)s::text[]) word,
         LATERAL (SELECT (ts_lexize('french_stem', word))[1] AS french,
                         (ts_lexize('english_stem', word))[1] AS english) stems
)
SELECT word FROM unnest(%(said)s::text[]) word, asked
WHERE ts_lexize('french_stem', word) && asked.french
   OR ts_lexize('english_stem', word) && asked.english
"""
