"""Counting text as the networks count it, finding what they link in it, and splitting it.

Spans are in code points.
"""

from parvis.networks.text.counting import Length as Length
from parvis.networks.text.counting import count as count
from parvis.networks.text.counting import count_units as count_units
from parvis.networks.text.counting import graphemes as graphemes
from parvis.networks.text.reserved import find_reserved_links as find_reserved_links
from parvis.networks.text.spans import Span as Span
from parvis.networks.text.spans import find_cashtags as find_cashtags
from parvis.networks.text.spans import find_hashtags as find_hashtags
from parvis.networks.text.spans import find_links as find_links
from parvis.networks.text.spans import find_mentions as find_mentions
from parvis.networks.text.spans import most_cashtags as most_cashtags
from parvis.networks.text.spans import most_hashtags as most_hashtags
from parvis.networks.text.spans import most_links as most_links
from parvis.networks.text.spans import most_mentions as most_mentions
from parvis.networks.text.splitting import Pieces as Pieces
from parvis.networks.text.splitting import split as split
from parvis.networks.text.weighted import find_shortened_links as find_shortened_links
