"""The catalog's tables.

Every time the schema changes, `SCHEMA` rises and `library/migrations.py` carries older catalogs along.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

SCHEMA = 1

metadata = MetaData()

meta = Table(
    "meta", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False)
)

# One row: the counter is raised in the entry's own transaction, so order is commit order.
counter = Table(
    "counter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("given_id", Integer, nullable=False),
    Column("group_key", Integer, index=True),  # null: a group of its own
)

aliases = Table(
    "aliases",
    metadata,
    Column("id", String, primary_key=True),
    Column("article_key", Integer, ForeignKey("articles.key"), nullable=False),
)

# A version is usable while `went` is null. `ended` says why it went: superseded | withdrawn | removed.
versions = Table(
    "versions",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("article_key", Integer, ForeignKey("articles.key"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("came", Integer, nullable=False),
    Column("went", Integer),
    Column("ended", String),
    Column("ended_by", String),
    Column("embedded", Integer),
    Column("added_at", String, nullable=False),
    Column("text_hash", String, nullable=False, index=True),
    Column("content_hash", String, nullable=False),
    Column("title", Text),
    Column("outlet", Text),
    Column("agency", Text),
    Column("author", Text),
    Column("url", Text),
    Column("published", String),
    Column("updated", String),
    Column("day_first", Integer),
    Column("day_last", Integer),
    Column("kind", String),
    Column("section", Text),
    Column("page", Text),
    Column("language", String),
    Column("collections", Text, nullable=False),
    Column("supersedes", Text, index=True),
    Index("versions_pending", "embedded", "went"),
)

# What the library page looks up and sorts by (what is not stated last): a page of it costs the same in a large library.
OLDEST = text("coalesce(day_first, 99999999)")
OUTLET = text("coalesce(outlet, char(1114111)) COLLATE NOCASE")
TITLE = text("coalesce(title, char(1114111)) COLLATE NOCASE")
Index("versions_newest_first", versions.c.day_last, versions.c.published, versions.c.article_key)
Index("versions_oldest_first", OLDEST, versions.c.published, versions.c.article_key)
Index("versions_by_outlet", OUTLET, versions.c.day_last.desc(), versions.c.article_key.desc())
Index("versions_ended_by", versions.c.ended_by)
Index("versions_by_title", TITLE, versions.c.day_last.desc(), versions.c.article_key.desc())

# A version that was removed by hand and brought back was not usable from the sequence `went` until `back`.
away = Table(
    "away",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), nullable=False, index=True),
    Column("went", Integer, nullable=False),
    Column("back", Integer, nullable=False),
)

# Collections set by hand, over those of the article's own record: put in (1), never one that the record has, or taken
# out (0), only one that it has. They hold for every version that comes.
shelving = Table(
    "shelving",
    metadata,
    Column("article_key", Integer, ForeignKey("articles.key"), primary_key=True),
    Column("collection", Text, primary_key=True),
    Column("put_in", Integer, nullable=False),
)

# Collections that are open to some groups only: JSON of their names, one at least.
access = Table(
    "access",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("groups", Text, nullable=False),
)

# Apart from `versions`, so that reading who is in scope does not walk over the texts.
texts = Table(
    "texts",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("furniture", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version_key", Integer, ForeignKey("versions.key"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", Integer, ForeignKey("passages.id"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
    Column("scales", LargeBinary, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("version_key", Integer, nullable=False),
    Column("at", String, nullable=False),
)

bands = Table(
    "bands",
    metadata,
    Column("band", Integer, nullable=False, index=True),
    Column("article_key", Integer, nullable=False, index=True),
)

# Repairs by hand, over the articles' own records: `names` of outlets merged, or null for what is set for the articles
# in `mended`; `fields` is JSON of what is set. In force while `undone` is null; `pending`: 1 until all versions follow.
mendings = Table(
    "mendings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("who", Text, nullable=False),
    Column("names", Text),
    Column("fields", Text, nullable=False),
    Column("undone", String),
    Column("pending", Integer, nullable=False),
)

mended = Table(
    "mended",
    metadata,
    Column("mending", Integer, ForeignKey("mendings.id"), primary_key=True),
    Column("article_key", Integer, ForeignKey("articles.key"), primary_key=True, index=True),
)

# What the record of a version states itself, where repairs by hand have changed the version: JSON by field.
stated = Table(
    "stated",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("fields", Text, nullable=False),
)

# Ingests, each as one import: `rules` as JSON of those it read by, `counts` of what became of its items, once it is
# over (`ended`). In force while `undone` is null; `pending`: 1 until all its articles follow.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("ended", String),
    Column("counts", Text),
    Column("undone", String),
    Column("pending", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# The items of an import but those unchanged, and which version each brought. `by_hand`: it was brought back by hand,
# so that it stands whatever becomes of the import.
imported = Table(
    "imported",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", Text),
    Column("article_id", String),
    Column("version_key", Integer, index=True),
    Column("by_hand", Integer, nullable=False, default=0),
)

# The last import that read an article and found this version of it just so.
seen = Table(
    "seen",
    metadata,
    Column("article_key", Integer, ForeignKey("articles.key"), primary_key=True),
    Column("version_key", Integer, nullable=False),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False, index=True),
)

# Versions that the undo of an import took back, with how and by which article they had ended before (null: they had
# not); and versions that are `of_key` once more, since those in between were taken back.
taken_back = Table(
    "taken_back",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("was", String),
    Column("was_by", String),
)
once_more = Table(
    "once_more",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("of_key", Integer, ForeignKey("versions.key"), nullable=False),
)

# The files that articles were read from, by their sha256, and of which each version is: `line` of a file of records.
originals = Table(
    "originals",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size", Integer, nullable=False),
)
original_of = Table(
    "original_of",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("digest", String, ForeignKey("originals.digest"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("line", Integer),
)

# Import rules, in their order. Only ingests that come look at them.
rules = Table(
    "rules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("override", Integer, nullable=False),
    Column("used", Integer, nullable=False),
)

# What models took, one row a call. `session` is whose page or process it was; `cost` null: no prices were set.
spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", String, nullable=False, index=True),
    Column("session", String, nullable=False, index=True),
    Column("model", String, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost", Float),
)

# Runs of question sets, each whole: `head` is what it depended on, `asked` in `run_answers` a question as it was asked
# and answered, both as JSON. `place` counts the set's questions, then the turns of each.
runs = Table(
    "runs",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False, unique=True),
    Column("began", String, nullable=False),
    Column("head", Text, nullable=False),
)
run_answers = Table(
    "run_answers",
    metadata,
    Column("run_key", Integer, ForeignKey("runs.key"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("asked", Text, nullable=False),
)

# What people said of a run's answers, and what they decided on it beside another (`said` as JSON).
grades = Table(
    "grades",
    metadata,
    Column("run_key", Integer, ForeignKey("runs.key"), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("grader", Text, primary_key=True),
    Column("mark", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String, nullable=False),
)
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_key", Integer, ForeignKey("runs.key"), nullable=False),
    Column("base", Text, nullable=False),
    Column("said", Text, nullable=False),
)

# Questions with their answers as they were given, whole, as JSON. `owner` is whose history they are in; `folded` the
# question as it is searched and counted; `scope` as it was set.
answers = Table(
    "answers",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("owner", String, nullable=False),
    Column("at", String, nullable=False),
    Column("question", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("not_read", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("shared", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Index("answers_of_owner", "owner", "key"),
    Index("answers_same_question", "folded", "scope"),
    sqlite_autoincrement=True,
)

# Which version of which article an answer cites.
citing = Table(
    "citing",
    metadata,
    Column("answer_key", Integer, ForeignKey("answers.key"), primary_key=True),
    Column("article_id", String, primary_key=True, index=True),
    Column("version", Integer, primary_key=True),
)

# Sentences and passages put aside, in the `place` that their owner gave them; `citations` as JSON. `digest`: the same
# words of the same sources.
clips = Table(
    "clips",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("owner", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("text", Text),
    Column("mark", Text, nullable=False),
    Column("citations", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer_id", String),
    Column("note", Text, nullable=False),
    Column("digest", String, nullable=False),
    Index("clips_of_owner", "owner", "digest", unique=True),
)

# What a file held when it was last read whole, so that reading it again costs nothing: [source, id, content hash].
files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", String, nullable=False),
    Column("items", Text, nullable=False),
)
