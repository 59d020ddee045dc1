"""What stands on the Ask page while nothing is asked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.state import Status
from ui import frame, room, watching, words

SAMPLE_QUESTIONS = (
    "How many people were evacuated in the flood?",
    "How did the trial of Anton Rask end?",
    "How many dockers and ferry hands walked out at Merrin?",
)


def draw(library: Status, on_example: Callable[[str], None]) -> None:
    """What Dateline does, what is in the library, and of the sample three questions to press."""
    watching.told()
    with st.container(key="welcome"):
        left, right = st.columns([6, 5], gap="large")
        with left:
            st.html("<h1>Every sentence, with the words it rests on</h1>")
            st.text(
                "Ask a question. The answer comes sentence by sentence, and the article behind each one "
                "opens beside it at the exact words."
            )
            if library.sample:
                st.html("<h2>Three questions worth asking</h2>")
                for at, question in enumerate(SAMPLE_QUESTIONS):
                    st.button(
                        question, key=f"example-{at}", on_click=on_example, args=(question,), type="tertiary"
                    )
        with right, st.container(key="library"):
            st.html("<h2>In this library</h2>")
            for line in words.library(library, room.today()):
                st.text(line)
            st.html("<h2>Bring your own articles</h2>" if library.sample else "<h2>Add more</h2>")
            frame.how_to_add()
            if library.sample:
                st.text("The sample leaves the search as soon as your own articles are there.")
