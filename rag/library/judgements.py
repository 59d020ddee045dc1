"""What a model judged of the answers of runs; it goes with the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from rag.library.catalog import Catalog
from rag.library.schema_evaluation import judgements


@dataclass(frozen=True, slots=True)
class Row:
    """A judgement as it is kept; `run_key` is the run's, `mark` None where it was not judged."""

    run_key: int
    question: str
    judge: str
    prompt: str
    mark: str | None
    why: str
    fault: str | None


def keep(catalog: Catalog, row: Row) -> None:
    """Keep a judgement, in place of what this judge said of this answer by this prompt before."""
    told = judgements.c
    there = (
        told.run_key == row.run_key,
        told.question == row.question,
        told.judge == row.judge,
        told.prompt == row.prompt,
    )
    with catalog.writing() as connection:
        connection.execute(delete(judgements).where(*there))
        connection.execute(insert(judgements).values(**asdict(row)))


def of_run(catalog: Catalog, key: int) -> list[Row]:
    """What was judged of a run, by judge, prompt and question."""
    told = judgements.c
    asked = select(judgements).where(told.run_key == key).order_by(told.judge, told.prompt, told.question)
    with catalog.reading() as connection:
        return [Row(**one) for one in connection.execute(asked).mappings()]
