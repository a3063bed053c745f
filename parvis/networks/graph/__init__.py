"""What Meta's Graph APIs (Facebook, Instagram, Threads) have in common.

call       requests with a token, and the decision that each answer means
fault      Meta's error body, and the error of ours that its code stands for
listings   what is listed page by page, and one's own post in it
insights   figures by name, when some of the names may have been retired
tokens     those of 60 days
login      Facebook Login: from a code to the Pages that a person may speak for
"""

from parvis.networks.graph.call import GraphApi
from parvis.networks.graph.fault import Fault, failure, is_missing, read_fault

__all__ = ["Fault", "GraphApi", "failure", "is_missing", "read_fault"]
