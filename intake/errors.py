"""Every error this program raises on purpose.

IntakeError
├── ConfigurationError      at start only: exit status 2, one line naming file and key
├── InputError              the sender's or caller's fault; trying again cannot heal it
│   ├── MessageTooLarge
│   ├── TooManyMessages     (``retry_after`` says in how many seconds to come again)
│   └── InvalidSubmission
├── RuleError               refused by the rules of the service
│   ├── CaseNotFound
│   ├── StaleCase
│   ├── ClaimLost
│   ├── NotPermitted
│   ├── SignInRefused
│   ├── IllegalTransition
│   ├── ConversationNotFound
│   ├── ConversationGone
│   ├── StaleConversation
│   └── TurnAnswered
└── DependencyError         something outside failed; ``transient`` says whether to try again
    ├── StoreUnavailable
    ├── MailboxUnavailable
    │   └── MailboxRefused  (the mailbox works; this one request it refused)
    ├── RelayUnavailable
    │   └── LetterDelayed   (the relay works; this letter it asked us to bring again)
    ├── RelayRefused        (permanent: the letter will never be taken)
    ├── ClassifierUnavailable
    ├── DialogueUnavailable
    └── BotUnavailable      (it cannot be started; the message says why and what helps)

The message defaults to the class docstring, so none is ever empty. Messages are shown to officers
and written to logs: they hold no message text, address or name.
"""

from typing import ClassVar


class IntakeError(Exception):
    """Something went wrong in the intake service."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigurationError(IntakeError):
    """A setting is wrong; see the file and key named."""


class InputError(IntakeError):
    """What was sent cannot be used as it is."""


class MessageTooLarge(InputError):
    """The message is larger than this service accepts."""


class TooManyMessages(InputError):
    """Too many messages came in a short time. Wait a moment, then send your message again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class InvalidSubmission(InputError):
    """Some of what was entered needs to be put right."""


class RuleError(IntakeError):
    """The rules of the service do not allow this."""


class CaseNotFound(RuleError):
    """There is no case with that reference."""


class StaleCase(RuleError):
    """Somebody else changed this case in the meantime; load it again and repeat your change."""


class ClaimLost(RuleError):
    """Another worker took this message up in the meantime."""


class NotPermitted(RuleError):
    """Your role does not allow this."""


class SignInRefused(RuleError):
    """The email address or the password is not right."""


class IllegalTransition(RuleError):
    """A case cannot go from its present state to that one."""


class ConversationNotFound(RuleError):
    """There is no such conversation here. Start a new one."""


class ConversationGone(RuleError):
    """This conversation has ended. Start a new one."""


class StaleConversation(RuleError):
    """This conversation went on elsewhere in the meantime. Send your message again."""


class TurnAnswered(RuleError):
    """This message has been answered already, in another way."""


class DependencyError(IntakeError):
    """Something this service depends on failed."""

    transient: ClassVar[bool] = True


class StoreUnavailable(DependencyError):
    """The database cannot be reached or cannot store anything at the moment."""


class MailboxUnavailable(DependencyError):
    """The mailbox cannot be reached or refused the sign-in."""


class MailboxRefused(MailboxUnavailable):
    """The mail server refused a request."""


class RelayUnavailable(DependencyError):
    """The mail relay cannot be reached or asked us to try later."""


class LetterDelayed(RelayUnavailable):
    """The mail relay asked us to bring this letter again later."""


class RelayRefused(DependencyError):
    """The mail relay refused the letter for good."""

    transient: ClassVar[bool] = False


class ClassifierUnavailable(DependencyError):
    """The classifier could not be loaded or could not answer."""


class DialogueUnavailable(DependencyError):
    """The dialogue engine gave no answer in time."""


class BotUnavailable(DependencyError):
    """The bot cannot be started."""
