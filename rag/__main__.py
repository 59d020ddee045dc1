"""`python -m rag` is the command `dateline`."""

from rag.cli import main

main()
