"""Dateline: answers over a newsroom's own articles, every sentence tied to the exact words that support it."""

import os

# One question is many small products: threads that wait for one another cost more than they save, and a sum must not
# depend on how many there are. Set before numpy is first imported; whoever wants more sets it himself.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
