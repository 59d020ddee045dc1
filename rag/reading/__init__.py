"""Bytes to articles: files by kind, pages, records."""

from rag.reading.files import count_files, count_records
from rag.reading.read import Read, read_bytes, read_paths

__all__ = ["Read", "count_files", "count_records", "read_bytes", "read_paths"]
