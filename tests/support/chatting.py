"""A resident who chats at a browser, with what the chat's tests look at."""

from playwright.sync_api import Locator, Page, expect

STORY = (
    "The bins in Elm Row were missed again last Friday. I told you before and nobody came. "
    "I would like an apology."
)
WHO = "Alex Example, alex.example@example.org"
MOST_TURNS = 12
# A message that was not taken is sent again after a pause that grows to fifteen seconds.
LONGEST_MS = 45_000


class Chat:
    """The chat on a page, as far as it is seen or typed into."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def field(self) -> Locator:
        return self._page.get_by_label("Your message")

    @property
    def launcher(self) -> Locator:
        return self._page.get_by_role("button", name="Chat to us")

    @property
    def log(self) -> Locator:
        return self._page.get_by_role("log")

    @property
    def turns(self) -> Locator:
        return self.log.locator(".turn:has(.mine)")

    @property
    def reference(self) -> Locator:
        return self._page.locator(".reference strong")

    def button(self, name: str) -> Locator:
        return self._page.get_by_role("button", name=name)

    def say(self, text: str) -> str:
        """Types a message, sends it with Enter and waits for the answer, which it returns."""
        count = self.turns.count()
        self.field.fill(text)
        self.field.press("Enter")
        return self.answer_after(count)

    def answer_after(self, count: int) -> str:
        """The answer to the message that follows `count` others."""
        answers = self.turns.nth(count).locator(".theirs")
        expect(answers.last).to_be_visible(timeout=LONGEST_MS)
        return "\n".join(answers.all_inner_texts())

    def tell_until_summary(self) -> None:
        """Tells the story and answers what is asked until all is there to be sent."""
        answer = self.say(STORY)
        for _ in range(MOST_TURNS):
            if "Shall I send it?" in answer:
                return
            answer = self.say(WHO if "how can we reply" in answer else "skip this question")
        raise AssertionError(f"the chat never came to a summary; its last words: {answer}")
