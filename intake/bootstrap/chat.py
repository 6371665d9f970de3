"""The chat and the bot, put together."""

import hmac
from datetime import timedelta
from functools import cached_property

from intake.adapters.bot_project import BotPlaces, BotProject
from intake.adapters.chat_words import JinjaChatWords, council_facts
from intake.adapters.loaded_later import LoadedLater
from intake.bootstrap.ground import Ground
from intake.services.chat_ports import DialogueEngine
from intake.services.conduct_interview import ConductInterview
from intake.services.file_conversation import FileConversation
from intake.services.follow_step import FollowStep
from intake.services.hold_conversation import HoldConversation
from intake.services.keep_conversation import KeepConversation
from intake.services.leave_conversations import LeaveConversations, LeavingRules
from intake.services.read_conversation import ConversationRules, ReadConversation
from intake.services.read_words import ReadWords
from intake.services.send_status_link import SendStatusLink, StatusLinkRules
from intake.services.send_transcript import SendTranscript, TranscriptRules
from intake.services.show_status import ShowStatus
from intake.settings import resolved

# How long a resident's summary waits for a model that still loads; after that an officer decides.
CHAT_PATIENCE_SECONDS = 5.0


class ChatParts(Ground):
    """What the chat and the bot add to it."""

    @property
    def bot_token(self) -> str:
        """What the bot asks of whoever asks it something."""
        return self.settings.bot.token.get_secret_value() or self._derived("bot")

    @property
    def service_token(self) -> str:
        """What this program asks of the bot."""
        return self.settings.bot.service_token.get_secret_value() or self._derived("bot's actions")

    def _derived(self, purpose: str) -> str:
        """A password of the installation's own, the same on every node."""
        return hmac.digest(self.secret_key.encode(), purpose.encode(), "sha256").hex()

    @property
    def bot_places(self) -> BotPlaces:
        """Where the bot and this program reach each other."""
        bot = self.settings.bot
        return BotPlaces(
            host=bot.host,
            port=bot.port,
            action_port=bot.action_port,
            token=self.bot_token,
            api=self.settings.bot_api_url,
            service_token=self.service_token,
        )

    @property
    def bot_project(self) -> BotProject:
        """The bot as it lies on this machine."""
        bot = self.settings.bot
        return BotProject(
            project=resolved(bot.project),
            environment=resolved(bot.environment),
            folder=self.settings.data_dir / "bot",
            keep_days=self.settings.chat.keep_days,
        )

    @cached_property
    def dialogue(self) -> DialogueEngine | None:
        """The bot, where it is not switched off."""
        if not self.settings.bot.enabled:
            return None
        # Of all processes only the one that serves the chat needs an HTTP client.
        from intake.adapters.rasa_dialogue import RasaDialogue, RasaServer

        return RasaDialogue(
            RasaServer(
                url=self.bot_places.url,
                token=self.bot_token,
                reply_seconds=self.settings.bot.reply_seconds,
            )
        )

    @cached_property
    def chat_classifier(self) -> LoadedLater:
        """The model for the chat, which goes on without it while it loads."""
        if self._given_classifier is not None:
            return LoadedLater.of(self._given_classifier)
        return LoadedLater(lambda: self.classifier, patience_seconds=CHAT_PATIENCE_SECONDS)

    @cached_property
    def chat_words(self) -> JinjaChatWords:
        """What the chat says. Raises ``ConfigurationError`` naming the text that is wrong."""
        facts = council_facts(
            self.council,
            resolved(self.settings.receipts.letters_dir) / "standing.toml",
            reply_working_days=self.settings.deadlines.reply_working_days,
        )
        return JinjaChatWords(resolved(self.settings.chat.words_file), facts)

    @cached_property
    def file_conversation(self) -> FileConversation:
        """Sends what residents tell the chat, and works it off at once."""
        return FileConversation(
            store=self.store,
            process_message=self._processing(self.chat_classifier),
            dangers=self.read_words.dangers,
            clock=self.clock,
            node=self.settings.node_name,
        )

    @cached_property
    def leave_conversations(self) -> LeaveConversations:
        """Ends conversations that were left, and removes words that need not be kept."""
        chat = self.settings.chat
        return LeaveConversations(
            store=self.store,
            file_conversation=self.file_conversation,
            clock=self.clock,
            rules=LeavingRules(
                left_after=timedelta(minutes=chat.left_minutes),
                kept_for=timedelta(days=chat.keep_days),
            ),
        )

    @cached_property
    def send_status_link(self) -> SendStatusLink:
        """Mails links to the status of a case."""
        settings = self.settings
        return SendStatusLink(
            store=self.store,
            compose=self.compose_letter,
            clock=self.clock,
            rules=StatusLinkRules(
                lasts=timedelta(minutes=settings.chat.status_link_minutes),
                per_case=settings.receipts.per_case,
                per_address=settings.receipts.per_address,
                own_addresses=self.staff_addresses,
                public_url=settings.public_url,
            ),
        )

    @property
    def show_status(self) -> ShowStatus:
        """Shows the status of a case once a link."""
        return ShowStatus(store=self.store, clock=self.clock)

    @cached_property
    def send_transcript(self) -> SendTranscript:
        """Mails residents their chats."""
        receipts = self.settings.receipts
        return SendTranscript(
            store=self.store,
            compose=self.compose_letter,
            clock=self.clock,
            rules=TranscriptRules(
                per_chat=receipts.per_case,
                per_address=receipts.per_address,
                own_addresses=self.staff_addresses,
            ),
        )

    @cached_property
    def read_words(self) -> ReadWords:
        """Judges what residents write in the chat."""
        return ReadWords(self.chat_classifier)

    @cached_property
    def interview(self) -> ConductInterview:
        """Takes the steps of conversations."""
        return ConductInterview(
            store=self.store,
            words=self.chat_words,
            read_words=self.read_words,
            follow=FollowStep(
                store=self.store,
                read_words=self.read_words,
                filing=self.file_conversation,
                status_links=self.send_status_link,
                transcripts=self.send_transcript,
            ),
        )

    @cached_property
    def conversation_rules(self) -> ConversationRules:
        """How long a conversation can be gone on with."""
        chat = self.settings.chat
        return ConversationRules(
            resume=timedelta(minutes=chat.resume_minutes),
            warn_before=timedelta(minutes=chat.warn_minutes_before),
            most_turns=chat.most_turns,
        )

    @cached_property
    def hold_conversation(self) -> HoldConversation:
        """Answers residents in the chat."""
        return HoldConversation(
            store=self.store,
            clock=self.clock,
            interview=self.interview,
            read_words=self.read_words,
            dialogue=self.dialogue,
            rules=self.conversation_rules,
            key=self.secret_key.encode(),
        )

    @cached_property
    def read_conversation(self) -> ReadConversation:
        """Shows conversations of the chat."""
        return ReadConversation(store=self.store, clock=self.clock, rules=self.conversation_rules)

    @property
    def keep_conversation(self) -> KeepConversation:
        """Keeps conversations of the chat open."""
        return KeepConversation(store=self.store, clock=self.clock, rules=self.conversation_rules)

    def begin_chat(self) -> None:
        """Begin to load what the chat needs; returns at once."""
        self.chat_classifier.begin()

    async def end_chat(self) -> None:
        """Let go of what the chat holds open."""
        if self.dialogue is not None:
            await self.dialogue.close()
