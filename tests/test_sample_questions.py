"""The question set of the sample newsroom holds to its articles."""

import json
import pathlib
import re

import pytest

CORPUS = pathlib.Path(__file__).parent.parent / "corpus"
FIELDS = {"id", "question", "answers", "key_facts", "evidence", "answerable", "as_of", "tags"}
STORYLINES = {"bridge", "river", "byelection", "hospital", "strike", "trial", "flood", "mine"}
COMMON = set(
    """a all an and any are as at be been before being between both by come could did do does each ever every
    for from get had has have he her his how i if in into is it its many may more much must no now of off on
    one onto other others out over own said say she so still such that the their them there they this those
    through to until up was were what when where which while who whom whose why will with would you your"""
    .split()
)  # fmt: skip
DATES = set(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december""".split()
)  # fmt: skip
ABBREVIATIONS = "Mr Mrs Ms Dr St No Jan Feb Aug Sept Oct Nov Dec".split()
SENTENCE_END = re.compile(
    "".join(rf"(?<!\b{word})" for word in ABBREVIATIONS) + r"[.?!][\"”]?(?=\s+[\"“A-Z0-9])|\n"
)


def _front_and_body(article):
    text = (CORPUS / "articles" / f"{article}.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return front, body


def _body(article):
    return _front_and_body(article)[1]


def _day(article):
    found = re.search(r"^published: (\d{4}-\d\d-\d\d)", _front_and_body(article)[0], re.MULTILINE)
    return found.group(1) if found else None


def _words(text):
    return re.findall(r"[A-Za-z0-9]+(?:[.,][0-9]+)*", re.sub(r"['’]s\b", "", text))


def _sentences_around(body, start, end):
    begins = [0, *(found.end() for found in SENTENCE_END.finditer(body))]
    ends = [*begins[1:], len(body)]
    return " ".join(body[b:e] for b, e in zip(begins, ends, strict=True) if b < end and e > start)


def _content_words(question):
    first, *rest = _words(question)
    plain = [word for word in rest if word.islower() or word.lower() in DATES or not word.isalpha()]
    return {word.lower() for word in [first, *plain]} - COMMON


QUESTIONS = [
    json.loads(line) for line in (CORPUS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
UNANSWERABLE = [question for question in QUESTIONS if not question["answerable"]]
NAMES_ONLY = [question for question in ANSWERABLE if "names-only" in question["tags"]]


def _each(questions):
    return pytest.mark.parametrize("question", questions, ids=[question["id"] for question in questions])


def test_there_are_at_least_eighty_questions_and_twenty_of_them_have_no_answer():
    assert len(QUESTIONS) >= 80
    assert len(UNANSWERABLE) >= 20


def test_no_two_questions_share_an_id_or_ask_the_same_as_of_the_same_day():
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({(question["question"], question["as_of"]) for question in QUESTIONS}) == len(QUESTIONS)


def test_every_storyline_is_asked_about_with_and_without_an_answer():
    for questions in (ANSWERABLE, UNANSWERABLE):
        assert {tag for question in questions for tag in question["tags"]} >= STORYLINES


def test_at_least_a_third_of_the_answerable_questions_share_only_names_with_their_evidence():
    assert len(NAMES_ONLY) >= 28
    assert len(NAMES_ONLY) * 3 >= len(ANSWERABLE)


@_each(QUESTIONS)
def test_every_question_has_all_its_fields(question):
    assert set(question) == FIELDS | (set() if question["answerable"] else {"why_not"})
    assert question["question"].endswith("?")
    assert question["tags"]


@_each(ANSWERABLE)
def test_every_answerable_question_has_answers_and_evidence(question):
    assert question["answers"] and all(question["answers"])
    assert question["evidence"]


@_each(ANSWERABLE)
def test_every_piece_of_evidence_stands_at_its_offsets_in_the_body_of_its_article(question):
    for evidence in question["evidence"]:
        body = _body(evidence["article"])
        assert body[evidence["start"] : evidence["end"]] == evidence["quote"]


@_each(ANSWERABLE)
def test_at_least_one_answer_is_worded_as_one_of_its_articles_words_it(question):
    bodies = [_body(evidence["article"]).lower() for evidence in question["evidence"]]
    assert any(answer.lower() in body for answer in question["answers"] for body in bodies)


@_each([question for question in ANSWERABLE if question["as_of"]])
def test_a_question_as_of_a_day_has_no_later_evidence(question):
    days = [_day(evidence["article"]) for evidence in question["evidence"]]
    assert all(day and day <= question["as_of"] for day in days)


@_each([question for question in ANSWERABLE if "disagreement" in question["tags"]])
def test_a_disagreement_states_its_sides_and_has_evidence_from_more_than_one_article(question):
    assert question["key_facts"]
    assert len({evidence["article"] for evidence in question["evidence"]}) > 1


@_each(NAMES_ONLY)
def test_a_hard_question_shares_no_word_but_names_with_its_evidence(question):
    asked = _content_words(question["question"])
    for evidence in question["evidence"]:
        around = _sentences_around(_body(evidence["article"]), evidence["start"], evidence["end"])
        assert asked.isdisjoint(word.lower() for word in _words(around))


@_each(UNANSWERABLE)
def test_a_near_miss_has_no_answer_and_says_what_is_there_instead(question):
    assert question["answers"] == question["evidence"] == []
    assert "near-miss" in question["tags"]
    assert question["why_not"].endswith(".")


def test_no_evidence_comes_from_the_withdrawn_item_or_from_a_copy_of_it():
    withdrawn = json.loads((CORPUS / "planted.json").read_text(encoding="utf-8"))["withdrawn"]
    untrue = {article for entry in withdrawn for article in (entry["killed"], *entry["ran_by"])}
    assert untrue.isdisjoint(evidence["article"] for q in ANSWERABLE for evidence in q["evidence"])
