"""Languages of South Asia typed on an English keyboard are told from careless English."""

import pytest

from intake.adapters.language_detection import LanguageDetector


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mere ghar mein paani tapak raha hai, bachche bimar hain, jaldi kuch karo", "hi"),
        ("salaam, boiler kharab hai", "hi"),
        ("Ghar thanda hai boiler kaam nahi karta baby hai please help", "hi"),
        ("Kudi da ghar wich seelan hai te council ne kuch nahi kita", "pa"),
        ("amar basha te pani poray, ami onek bar call korsi kintu keu ashe nai", "bn"),
    ],
)
def test_a_language_typed_in_latin_letters_is_known(
    detector: LanguageDetector, text: str, language: str
) -> None:
    assert detector.detect(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "ey up bins aint bin dun",
        "my nan lives at 4 Hai Court and the lift is broke again",
        "Mr Khan and Mrs Kaur say thank you for the new benches by the ghat",
        "Din from the pub again, koi carp dead in the park pond, pls sort",
    ],
)
def test_english_with_a_foreign_name_stays_english(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == "en"
