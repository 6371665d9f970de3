"""Whether a message was written by a machine, and what proves it.

Decides on headers first, on the wording of subjects where no header can be had, and never on a
word that a person may use: a person's message must not be taken for automatic. Leaves what to do
about it (no receipt, the stored reason) to the services.
"""

import re
from dataclasses import dataclass

from intake.mime.headers import Headers
from intake.mime.parsed import Automatic

_Found = tuple[Automatic, str] | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the rules look at."""

    headers: Headers
    from_addr: str
    from_name: str
    reply_to: str
    subject: str
    text: str
    media_type: str
    report_type: str
    has_calendar_reply: bool
    own_addresses: frozenset[str]


_BOUNCE_SENDER = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail-delivery-sub\w*"
    r"|microsoftexchange[0-9a-f]{20,})(?:@|$)",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(r"(?:postmaster|mailadmin)@", re.IGNORECASE)
_BOUNCE_NAME = re.compile(
    r"mail delivery (?:system|subsystem|service)|mailer[- ]?daemon|mail administrator"
    r"|internet mail delivery|system administrator$",
    re.IGNORECASE,
)
_BOUNCE_OPENING = re.compile(
    r"\s*(?:this is the (?:mail system at host|postfix program)|hi\. this is the"
    r"|this message was created automatically by (?:the )?mail|this is an automatically generated"
    r" delivery status|this report relates to a message you sent"
    r"|your message (?:did not reach some or all|to .{1,80} (?:couldn't|could not) be delivered)"
    r"|delivery (?:has failed to these|to the following recipients? failed)"
    r"|the following (?:address|message to|recipients?|addresses had permanent)"
    r"|\*\* address not found \*\*|\*\* message not delivered"
    r"|a message that you sent could not be)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT_SURE = re.compile(
    r"undelivered mail returned to sender$|mail delivery failed: returning message to sender$"
    r"|delivery status notification \((?:failure|delay|mail delivery)"
    r"|warning: message .{0,60}delayed"
    r"|returned mail: (?:see transcript|user unknown|host unknown|unreachable|service unavailable)"
    r"|mail delivery failed ?$|mail delivery system$|message delivery failure$"
    r"|warning: could not send message for past|delayed mail \(still being retried\)$"
    r"|mail system error - returned mail$|undelivered mail$",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery (?:status notification|failure|has failed|delayed|error)"
    r"|mail delivery|message delivery|failure notice$|returned (?:mail|to sender)|non remis"
    r"|unzustellbar|nicht zustellbar|mail could not be delivered|message (?:undeliverable"
    r"|not deliv)"
    r"|no se puede entregar|mancato recapito|onbestelbaar|ej leverbart|kan ikke leveres"
    r"|échec de (?:la )?remise|couldn't be delivered|failed delivery|returned mail$",
    re.IGNORECASE,
)
_REPLY_PHRASE = re.compile(
    r"\[?(?:automatic reply|auto(?:matic|mated)?[ -]?(?:reply|response|responder|answer)|autoreply"
    r"|autoresponse|out of office autoreply|automatische (?:antwort|rückantwort|beantwortung)"
    r"|automatisch antwoord|automatisch bericht|abwesenheitsnotiz|abwesenheitsnachricht"
    r"|abwesenheitsmeldung|abwesenheitsassistent|réponse automatique|message d'absence"
    r"|notification d'absence|respuesta automática|resposta automática|risposta automatica"
    r"|autosvar|automatiskt svar|automatisk svar|fraværsmelding|automaattinen vastaus"
    r"|poissaoloilmoitus"
    r"|odpowiedź automatyczna|autoodpowiedź|automatická odpověď|automatická odpoveď"
    r"|automatikus válasz"
    r"|автоответ|автоматический ответ|автоматична відповідь|răspuns automat|αυτόματη απάντηση"
    r"|otomatik yanıt|automatski odgovor|samodejni odgovor|automatinis atsakymas|automaatvastus"
    r"|自動応答|自動返信|自动答复|自动回复|자동 회신|תגובה אוטומטית|رد تلقائي"
    r"|ateb awtomatig)\]?\s*(?P<end>[:：;|]|$|(?<=\]) ?)",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"\[?(?:auto|away|away from (?:my|the) (?:desk|office|mail)"
    r"|out[ -]of[ -](?:the[ -])?office(?: reply| message"
    r"| notification)?|ooo|vacation|vacation (?:reply|message|notice)|on (?:annual |maternity "
    r"|sick )?leave"
    r"|annual leave|on holiday|abwesend|abwesenheit|nicht im büro|absence|absent|absence du bureau"
    r"|fuera de (?:la )?oficina|ausente|fora do escritório|fuori ufficio|assente|afwezig"
    r"|afwezigheid"
    r"|niet aanwezig|frånvaro|frånvarande|fravær(?:ende)?|poissa|nieobecność|nieobecny"
    r"|mimo kancelář"
    r"|unavailable|(?:(?:i am|i'm|i’m) )?(?:currently )?(?:away|out of (?:the )?office"
    r"|on (?:holiday|vacation)))\]?\s*(?:[:：;(\[-]|–|\||$|until|till|from|bis"
    r"|jusqu|tot |hasta|re:)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\bi(?: am|'m|’m| will be|'ll be| shall be)\b.{0,30}\b(?:out of (?:the )?office|on (?:annual"
    r" |maternity |paternity |sick |parental )?leave|away (?:from (?:my|the)|until|till|on)"
    r"|on (?:holiday|vacation) (?:until|till|from|and)|not in the office|not working)"
    r"|\b(?:no|limited|not have) access to (?:my )?e-?mail|\bthis is an automat"
    r"|\bour offices? (?:is|are) (?:now |currently )?closed"
    r"|\bich bin\b.{0,60}(?:nicht (?:im|erreichbar)|abwesend|wieder|im urlaub|außer haus)"
    r"|\bje suis\b.{0,40}(?:absent|en congé)|\b(?:estoy|estaré)\b.{0,40}(?:fuera|ausente"
    r"|vacaciones)"
    r"|\b(?:ik ben|sono|estou|jag är|jeg er|olen)\b.{0,40}(?:afwezig|niet aanwezig|fuori"
    r"|assente|fora"
    r"|ausente|ledig|ikke|poissa|lomalla)|\bjestem\b.{0,40}(?:poza|nieobecn|na urlopie)",
    re.IGNORECASE | re.DOTALL,
)
_DO_NOT_REPLY = re.compile(
    r"(?:do not|don't|please do not|cannot) (?:reply|respond) (?:directly )?to this"
    r" (?:\w+ )?(?:e-?mail|message|mail|address|notification|account)\b"
    r"|this (?:is an|e-?mail (?:is|was|has been)|message (?:is|was|has been)) (?:an )?(?:automat"
    r"|auto-?generat"
    r"|system[- ]generated|sent (?:automatically|from an? (?:unmonitored|unattended|notification)))"
    r"|(?:unmonitored|unattended|not monitored) (?:mailbox|e-?mail|address|inbox)"
    r"|replies to this (?:e-?mail|message|address) (?:are|will)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"[^@]{0,40}(?:no|do[-_.]?not|don[-_.]?t|non|nicht)[-_.]?(?:reply|respond|response|antworten"
    r"|responder"
    r"|rispondere|repondre)[^@]{0,40}@|(?:notifications?|alerts?|news(?:letters?)?|mailing"
    r"|automailer)(?:[-_.+](?:system|service|mailer|bot|team|center|centre))?@",
    re.IGNORECASE,
)
_AUTO_REPLY_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autogenerated",
    "x-vacation",
    "x-fc-machinegenerated",
    "x-autoreply-sent",
    "x-away-message",
    "x-otrs-loop",
    "x-auto-response",
    "x-cron-env",
)
_LIST_HEADERS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
    "x-mailman-version",
    "x-listserver",
    "x-list-id",
    "x-google-group-id",
    "x-campaign-id",
    "x-campaignid",
    "x-mailchimp-campaign",
    "x-mc-user",
    "x-ml-name",
    "x-mailer-listid",
)
_NEGATIVE = {"no", "false", "0", "none", ""}
_REPLY_MAILER = re.compile(r"\bvacation\b|auto-?(?:respond|repl)|\bautomail", re.IGNORECASE)
_REPLY_PRECEDENCE = {"auto_reply", "auto-reply", "autoreply"}


def automatic_of(evidence: Evidence) -> tuple[Automatic | None, str]:
    """The kind of automatic message and its proof, or None and an empty reason.

    The rules, in this order; the first that holds decides:
    1. loop: it came from one of our own addresses, or X-Loop names one or says yes.
    2. bounce: a delivery report (RFC 3464), X-Failed-Recipients, a mailer daemon, or the fixed
       subject of a mail server; a postmaster or an empty return path needs such a subject too.
    3. auto-reply: Auto-Submitted other than "no" (RFC 3834, 5), a vacation header, a read receipt
       (RFC 8098), an answer to an invitation, an empty return path, or the fixed subject of an
       answering program. A subject that people write too ("Out of office") counts only with
       words of absence in the text.
    4. list: List-* fields (RFC 2369, RFC 2919) of a list other than ours, Precedence, Feedback-ID.
    5. auto-reply: a no-reply sender nobody can be reached at, when a second sign says the same.
    """
    for rule in (_loop, _bounce, _auto_reply, _list, _unreachable):
        found = rule(evidence)
        if found:
            return found
    return None, ""


def _loop(evidence: Evidence) -> _Found:
    own = evidence.own_addresses
    if evidence.from_addr.casefold() in own:
        return Automatic.LOOP, "from: own address"
    values = [value.decode("latin-1").casefold() for value in evidence.headers.all_raw("x-loop")]
    for value in values:
        if value.strip() in ("yes", "true", "1") or any(address in value for address in own):
            return Automatic.LOOP, "x-loop"
    return None


def _bounce(evidence: Evidence) -> _Found:
    if evidence.report_type in ("delivery-status", "delivery-report"):
        return Automatic.BOUNCE, "content-type: delivery-status"
    if evidence.headers.raw("x-failed-recipients"):
        return Automatic.BOUNCE, "x-failed-recipients"
    if _BOUNCE_SENDER.match(evidence.from_addr):
        return Automatic.BOUNCE, "from: mailer-daemon"
    if _BOUNCE_SUBJECT_SURE.match(evidence.subject):
        return Automatic.BOUNCE, "subject: delivery failure"
    return _bounce_by_system(evidence)


def _bounce_by_system(evidence: Evidence) -> _Found:
    from_system = bool(
        _BOUNCE_NAME.match(evidence.from_name)
        or _POSTMASTER.match(evidence.from_addr)
        or _BOUNCE_SENDER.match(evidence.from_addr)
    )
    if not from_system and not _has_null_path(evidence.headers):
        return None
    if _BOUNCE_SUBJECT.search(evidence.subject) or _BOUNCE_OPENING.match(evidence.text):
        return Automatic.BOUNCE, "from: postmaster" if from_system else "return-path: <>"
    return None


def _auto_reply(evidence: Evidence) -> _Found:
    reason = (
        _reply_by_header(evidence)
        or _reply_by_content(evidence)
        or _reply_by_subject(evidence)
        or ("return-path: <>" if _has_null_path(evidence.headers) else "")
    )
    return (Automatic.AUTO_REPLY, reason) if reason else None


def _reply_by_header(evidence: Evidence) -> str:
    headers = evidence.headers
    submitted = _submitted(headers)
    if submitted == "auto-replied" or (submitted and not _list_header(evidence)):
        return f"auto-submitted: {submitted}"
    for name in _AUTO_REPLY_HEADERS:
        if name in headers and headers.plain(name).strip().casefold() not in _NEGATIVE:
            return name
    return _reply_by_program(headers)


def _reply_by_program(headers: Headers) -> str:
    if "autoresponder" in headers.plain("x-post-messageclass").casefold():
        return "x-post-messageclass"
    if any(value.strip().lower() == b"autoresponder" for value in headers.all_raw("delivered-to")):
        return "delivered-to: autoresponder"
    if _REPLY_MAILER.search(headers.plain("x-mailer")):
        return "x-mailer"
    words = (_first_word(headers.plain(name)) for name in ("precedence", "x-precedence"))
    return next((f"precedence: {word}" for word in words if word in _REPLY_PRECEDENCE), "")


def _reply_by_content(evidence: Evidence) -> str:
    if evidence.report_type == "disposition-notification":
        return "content-type: disposition-notification"
    return "content-type: calendar reply" if evidence.has_calendar_reply else ""


def _reply_by_subject(evidence: Evidence) -> str:
    phrase = _REPLY_PHRASE.match(evidence.subject)
    if phrase and (phrase["end"].strip() or phrase[0].rstrip().endswith("]")):
        return "subject: automatic reply"
    if (phrase or _REPLY_SUBJECT.match(evidence.subject)) and _is_backed(evidence):
        return "subject: out of office"
    return ""


def _is_backed(evidence: Evidence) -> bool:
    headers = evidence.headers
    if "x-auto-response-suppress" in headers or _first_word(headers.plain("precedence")):
        return True
    return bool(_ABSENT.search(evidence.text[:3000]))


def _submitted(headers: Headers) -> str:
    word = _first_word(headers.plain("auto-submitted"))
    return "" if word in _NEGATIVE else word


def _first_word(value: str) -> str:
    return re.split(r"[;(\s]", value.strip(), maxsplit=1)[0].strip("\"'").casefold()


def _has_null_path(headers: Headers) -> bool:
    return any(
        "".join(headers.plain(name).split()) in ("<>", "<MAILER-DAEMON>")
        for name in ("return-path", "x-envelope-from", "x-return-path", "envelope-from")
    )


def _list(evidence: Evidence) -> _Found:
    headers = evidence.headers
    name = _list_header(evidence)
    if name:
        return Automatic.LIST, name
    precedence = _first_word(headers.plain("precedence"))
    if precedence in ("list", "bulk", "junk") and not _is_own_list(evidence):
        return Automatic.LIST, f"precedence: {precedence}"
    feedback = headers.plain("feedback-id")
    if feedback and "amazonses" not in feedback.casefold():
        return Automatic.LIST, "feedback-id"
    return None


def _list_header(evidence: Evidence) -> str:
    present = (name for name in _LIST_HEADERS if evidence.headers.raw(name))
    name = next(present, "")
    return "" if name and _is_own_list(evidence) else name


def _is_own_list(evidence: Evidence) -> bool:
    """A council address may itself be a group, which marks every resident's message as a list's."""
    texts = [evidence.headers.plain(name) for name in ("list-id", "list-post")]
    joined = " ".join(texts).casefold()
    return any(
        address in joined or address.replace("@", ".") in joined
        for address in evidence.own_addresses
    )


def _unreachable(evidence: Evidence) -> _Found:
    if not _NO_REPLY.match(evidence.from_addr):
        return None
    if evidence.reply_to and not _NO_REPLY.match(evidence.reply_to):
        return None
    headers = evidence.headers
    if headers.raw("x-auto-response-suppress") or _DO_NOT_REPLY.search(evidence.text[:20_000]):
        return Automatic.AUTO_REPLY, "from: no-reply"
    return None
