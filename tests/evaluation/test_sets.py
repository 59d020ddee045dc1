from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionSetError
from rag.evaluation import sets
from rag.expected import Evidenced, Question
from rag.types import (
    Scope,
)

FERRY = {
    "id": "ferry-1",
    "question": "Who runs the Tarn ferry?",
    "answers": ["Holt Lines", "the Holt company"],
    "evidence": [{"article": "g-12", "quote": "Holt Lines", "start": 40, "end": 50}],
    "answerable": True,
    "as_of": "2026-11-02",
    "scope": {"from": "2026-10-01", "outlets": ["Tarn Gazette"], "undated": True},
    "tags": ["transport"],
    "asked_by": "the night desk",
}


def jsonl(tmp_path: Path, *records: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "questions.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults(path: Path) -> list[str]:
    return [f"{p.thing}: {p.fault}" for p in sets.check(path).problems]


def test_a_record_becomes_a_question_and_unknown_fields_are_kept(tmp_path: Path) -> None:
    (question,) = sets.read(jsonl(tmp_path, FERRY))
    assert question == Question(
        id="ferry-1",
        question="Who runs the Tarn ferry?",
        answers=("Holt Lines", "the Holt company"),
        evidence=(Evidenced("g-12", "Holt Lines", 40, 50),),
        as_of="2026-11-02",
        scope=Scope(from_="2026-10-01", outlets=("Tarn Gazette",), undated=True),
        tags=("transport",),
        extra={"asked_by": "the night desk"},
    )


def test_a_question_alone_is_answerable_and_has_no_evidence(tmp_path: Path) -> None:
    (question,) = sets.read(jsonl(tmp_path, {"id": 7, "question": "Who runs the ferry?"}))
    assert question == Question("7", "Who runs the ferry?")


def test_a_table_reads_as_the_same_questions(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "\ufeffid,question,answers,article,quote,start,end,answerable,as_of,scope,tags,asked_by\r\n"
        "ferry-1,Who runs the Tarn ferry?,Holt Lines | the Holt company,g-12,Holt Lines,40,50,YES,2026-11-02,"
        '"{""from"": ""2026-10-01"", ""outlets"": [""Tarn Gazette""], ""undated"": true}",transport,'
        "the night desk\r\n",
    )
    assert sets.read(path) == sets.read(jsonl(tmp_path, FERRY))


def test_a_further_row_with_the_same_id_adds_evidence(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "id;question;article;quote;answerable\n"
        "a;Who runs it, and since when?;g-12;Holt Lines;yes\n"
        "b;Why?;;;no\n"
        'a;;g-13;"since\n""1999""";\n',
    )
    first, second = sets.read(path)
    assert first.evidence == (Evidenced("g-12", "Holt Lines"), Evidenced("g-13", 'since\n"1999"'))
    assert (second.evidence, second.answerable) == ((), False)


def test_every_fault_is_found_in_one_reading_by_line_and_column(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "id,question,answerable,as_of,article,quote,scope,start\n"
        "a,Who?,maybe,,,,,\n"
        'b,"Two\nlines?",yes,,,,,\n'
        "c,,yes,,,,,\n"
        "d,When?,yes,2026-02-31,,,,\n"
        "e,Where?,yes,,g-1,,,\n"
        "f,Where?,yes,,,,{from,\n"
        'g,Where?,yes,,,,"{""kinds"": [""gossip""]}",\n'
        "h,Where?,yes,,g-1,Tarn,,soon\n"
        "b,Another?,yes,,,,,\n"
        "i,Where?,yes,,,,,,,one too many\n"
        "j,Fine?,yes,,,,,\n",
    )
    assert faults(path) == [
        "questions.csv line 2, answerable: it must be yes or no, got 'maybe'",
        "questions.csv line 5, question: it is missing",
        "questions.csv line 6, as_of: it must be a day, got '2026-02-31'",
        "questions.csv line 7, quote: it is missing from the evidence",
        "questions.csv line 8, scope: it is not a JSON object",
        "questions.csv line 9, scope: there is no kind 'gossip'",
        "questions.csv line 10, start: it must be a whole number, got 'soon'",
        "questions.csv line 11, id: 'b' already stands on line 3",
        "questions.csv line 12: it has 10 cells under 8 columns",
    ]
    assert [q.id for q in sets.check(path).questions] == ["b", "j"]
    assert all(problem.way_out for problem in sets.check(path).problems)
    with pytest.raises(QuestionSetError, match=r"questions.csv: 9 faults: line 2, answerable: .* and 4 more"):
        sets.read(path)


def test_a_further_row_may_not_say_something_else(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "id,question,article,quote,tags\n"
        "a,Who?,g-1,Holt,sea\n"
        "a,Whose?,g-2,Holt,\n"
        "a,Who?,g-2,Holt,land\n"
        "a,Who?,g-2,Ines,sea\n",
    )
    assert faults(path) == [
        "questions.csv line 3, question: it is not what line 2 asks as 'a'",
        "questions.csv line 4, tags: it is not what line 2 says of 'a'",
    ]
    assert [e.quote for e in sets.check(path).questions[0].evidence] == ["Holt", "Ines"]


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("answers", "Holt", "it must be a list of texts, got 'Holt'"),
        ("answers", [1], "it must be a list of texts, got [1]"),
        ("id", "", "it is missing"),
        ("id", ["x"], "it must be text, got ['x']"),
        ("question", "  ", "it must be text, got '  '"),
        ("answerable", 2, "it must be yes or no, got 2"),
        ("as_of", "yesterday", "it must be a day, got 'yesterday'"),
        ("evidence", {}, "it must be a list of objects, got {}"),
        ("scope", [], "it must be an object, got []"),
        ("scope", {"form": "2026-10-01"}, "it knows no 'form'"),
        ("scope", {"undated": "yes"}, "its language must be text and undated true or false"),
    ],
)
def test_a_field_of_another_kind_is_named(tmp_path: Path, field: str, value: object, fault: str) -> None:
    path = jsonl(tmp_path, {"id": "a", "question": "Who?"} | {field: value})
    assert faults(path) == [f"questions.jsonl line 1, {field}: {fault}"]


def test_evidence_whose_ends_do_not_fit_its_quote_is_named(tmp_path: Path) -> None:
    entry = {"article": "g-1", "quote": "Holt", "start": 3, "end": 9}
    path = jsonl(tmp_path, {"id": "a", "question": "Who?", "evidence": [entry]})
    assert faults(path) == [
        "questions.jsonl line 1, end: start and end are 6 apart, the quote has 4 characters"
    ]


def test_a_malformed_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    nested, number = "[" * 100_000, '{"id": ' + "1" * 5000 + "}"
    path.write_text(
        f'{{"id": "a", "question": "Who?"}}\n\n{{"id": \n[1]\n{nested}\n{number}\n', encoding="utf-8"
    )
    assert faults(path) == [
        "questions.jsonl line 3: it is not JSON at character 8",
        "questions.jsonl line 4: it is not a JSON object",
        "questions.jsonl line 5: it is not JSON",
        "questions.jsonl line 6: it is not JSON",
    ]
    assert [q.id for q in sets.check(path).questions] == ["a"]


def test_the_same_id_twice_is_a_fault_in_jsonl(tmp_path: Path) -> None:
    path = jsonl(tmp_path, FERRY, FERRY)
    assert faults(path) == ["questions.jsonl line 2, id: 'ferry-1' already stands on line 1"]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("id,text", "questions.csv line 1, question: there is no such column"),
        ("question", "questions.csv line 1, id: there is no such column"),
        ("id,question,tags,tags", "questions.csv line 1, tags: two columns are called so"),
    ],
)
def test_a_table_without_its_columns_is_refused_at_the_header(
    tmp_path: Path, header: str, fault: str
) -> None:
    assert faults(table(tmp_path, header + "\na,b\n")) == [fault]


def test_an_open_quotation_mark_in_a_table_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, 'id,question\na,Who?\nb,"Where\nc,When?\n')
    (fault,) = faults(path)
    assert fault.startswith("questions.csv line 3: it is not CSV from here on")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_another_encoding_is_refused_with_the_way_out(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(
        QuestionSetError, match=r"it is not UTF-8 text\. Save it again with the encoding UTF-8"
    ):
        sets.read(table(tmp_path, "id,question\na,Wo ist die Fähre?\n", encoding))


@pytest.mark.parametrize("text", ["", "\n\n", "id,question\n"])
def test_an_empty_set_is_a_fault(tmp_path: Path, text: str) -> None:
    assert [fault.split(": ")[1] for fault in faults(table(tmp_path, text))] in (
        ["it holds no question"],
        ["there is no such column"],
    )


def test_a_file_that_is_not_there_or_of_another_kind_says_so(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"it cannot be read \(no such file or directory\)"):
        sets.read(tmp_path / "none.csv")
    with pytest.raises(QuestionSetError, match=r"a question set is a \.jsonl or \.csv file"):
        sets.read(tmp_path / "set.xlsx")
    with pytest.raises(QuestionSetError, match=r"a question set is a \.jsonl or \.csv file"):
        sets.write([], tmp_path / "set.xlsx")


def test_a_lone_surrogate_becomes_a_replacement_character_and_a_pair_stays(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "question": "Who \\ud800? \\ud83d\\ude00"}\n', encoding="utf-8")
    (question,) = sets.read(path)
    assert question.question == "Who \ufffd? \U0001f600"
    sets.write([question], path)
    assert sets.read(path) == (question,)


def test_a_list_that_csv_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="question a: answers would not come back the same"):
        sets.write([Question("a", "Who?", answers=("Holt | Sons",))], tmp_path / "set.csv")
    with pytest.raises(QuestionSetError, match="a field 'quote', which CSV keeps for evidence"):
        sets.write([Question("a", "Who?", extra={"quote": "x"})], tmp_path / "set.csv")


PLAIN = st.text(string.ascii_letters + string.digits + " ,;\"'\nñ–", min_size=1, max_size=12).map(str.strip)
SAID = PLAIN.filter(bool)
DAYS = st.dates().filter(lambda day: day.year >= 1900).map(str)
SPANS = st.builds(
    lambda article, quote, start: Evidenced(
        article, quote, start, None if start is None else start + len(quote)
    ),
    SAID,
    SAID,
    st.none() | st.integers(0, 9999),
)
SCOPES = st.builds(
    Scope,
    from_=st.none() | DAYS,
    outlets=st.lists(SAID, max_size=2).map(tuple),
    kinds=st.sampled_from([(), ("opinion", "live")]),
    undated=st.booleans(),
)
QUESTIONS = st.lists(
    st.builds(
        Question,
        id=SAID,
        question=SAID,
        answers=st.lists(SAID, max_size=3).map(tuple),
        key_facts=st.lists(SAID, max_size=2).map(tuple),
        evidence=st.lists(SPANS, max_size=3).map(tuple),
        answerable=st.booleans(),
        as_of=st.none() | DAYS,
        scope=SCOPES,
        tags=st.lists(SAID, max_size=2).map(tuple),
        extra=st.dictionaries(st.sampled_from(["asked_by", "desk"]), SAID, max_size=2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda question: question.id,
)


@pytest.mark.parametrize("name", ["set.jsonl", "set.csv"])
@given(questions=QUESTIONS)
def test_what_is_written_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, name: str, questions: list[Question]
) -> None:
    path = tmp_path_factory.mktemp("sets") / name
    sets.write(questions, path)
    assert sets.read(path) == tuple(questions)


def test_missing_places_are_found_by_the_quote_and_wrong_ones_are_named() -> None:
    texts = {"g-1": "Holt Lines runs the ferry. Holt Lines is old."}
    question = Question(
        "a",
        "Who?",
        evidence=(
            Evidenced("g-1", "Holt Lines"),
            Evidenced("g-1", "Holt Lines", 27, 37),
            Evidenced("g-1", "Holt Lines", 26, 36),
            Evidenced("g-1", "Holt & Sons"),
            Evidenced("g-9", "Holt Lines"),
        ),
    )
    (placed,), problems = sets.located([question], texts.get)
    assert [(e.start, e.end) for e in placed.evidence] == [(0, 10), (27, 37)]
    assert [problem.fault for problem in problems] == [
        "article g-1 does not hold 'Holt Lines' there",
        "article g-1 does not hold 'Holt & Sons' there",
        "article g-9 is not in the library",
    ]


def test_a_set_of_50_000_questions_is_read_whole_and_its_one_fault_is_told_by_line(tmp_path: Path) -> None:
    rows = [f"q{at},What happened on day {at}?,yes" for at in range(50_000)]
    rows[40_000] = "q7,What happened on day 7?,yes"
    path = tmp_path / "many.csv"
    path.write_text("id,question,answerable\n" + "\n".join(rows), encoding="utf-8")
    found = sets.check(path)
    assert len(found.questions) == 49_999
    [fault] = found.problems
    assert fault.thing == "many.csv line 40002, id"
    assert "'q7' already stands on line 9" in fault.fault
