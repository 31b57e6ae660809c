"""Standards: rule sets as data, judged on the declared network. Pure: text and the date come in as arguments.

A rule set is a file below ``topology/standards/``; its rules name predicates of a small closed vocabulary
(``jbnet.standards.predicates``). What a declaration cannot show is listed as such, never counted as fulfilled.
"""

from jbnet.standards.evaluate import evaluate
from jbnet.standards.load import Standards, load

__all__ = ["Standards", "evaluate", "load"]
