"""Finding the classifier's evidence in a message."""

from intake.entrypoints.web.evidence import Passage, passages


def marked(text: str, *sentences: str) -> list[str]:
    found = passages(text, sentences)
    assert "".join(each.text for each in found) == text, "text was lost or doubled"
    return [each.text for each in found if each.is_evidence]


def test_a_sentence_is_marked_where_it_stands():
    assert passages("One. Two. Three.", ["Two."]) == [
        Passage(text="One. "),
        Passage(text="Two.", is_evidence=True),
        Passage(text=" Three."),
    ]


def test_a_sentence_is_found_when_line_breaks_and_capitals_differ():
    assert marked("Nobody\n  CAME on Friday.", "nobody came on friday.") == [
        "Nobody\n  CAME on Friday."
    ]


def test_overlapping_sentences_are_marked_as_one():
    assert marked("a b c d e", "b c", "c d") == ["b c d"]


def test_nothing_is_marked_when_a_sentence_is_not_there_or_empty():
    assert marked("One. Two.", "Four.", "  ") == []


def test_signs_that_mean_something_to_a_pattern_are_taken_literally():
    assert marked("Why (oh why) did it cost £5.00?", "did it cost £5.00?") == ["did it cost £5.00?"]
    assert marked("It cost £5x00", "£5.00") == []


def test_a_sentence_that_is_both_keeps_both_marks_and_the_rest_of_the_evidence_its_own():
    assert passages("One. Two. Three.", ["Two. Three."], ["Two."]) == [
        Passage(text="One. "),
        Passage(text="Two.", is_evidence=True, is_danger=True),
        Passage(text=" Three.", is_evidence=True),
    ]


def test_a_danger_is_marked_when_it_is_no_evidence():
    assert passages("It hisses. Bye.", ["Bye."], ["it  hisses."]) == [
        Passage(text="It hisses.", is_danger=True),
        Passage(text=" "),
        Passage(text="Bye.", is_evidence=True),
    ]


def test_an_empty_message_has_no_passages():
    assert passages("", ["Two."]) == []
