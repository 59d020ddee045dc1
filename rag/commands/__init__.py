"""The command line's parts beside `rag/cli.py`: groups of commands, the flags they share, what they print."""
