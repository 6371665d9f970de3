"""Mail libraries held against the facts of tests/data/eml, and HTML converters against each other.

Run it where the libraries are installed (they are no dependency of the project):
`python tests/benchmarks/mime_libraries.py`. It prints the share of right facts by kind, the median
time for a mail, and what each HTML converter makes of deep nesting. A library that is missing is
named and left out. Nothing here is a test; `intake/decisions/0002-mail-parsing.md` keeps the
figures the choice was made on.
"""

# ruff: noqa: T201 - the script answers on standard output.

import email
import email.policy
import email.utils
import importlib
import multiprocessing
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from intake.mime import parse_message, parsed_as_json
from intake.mime.html_text import lines_of_html
from tests.unit.mime.facts import OWN_ADDRESSES, facts_of, mails, raw_of, wrong_facts

Reading = dict[str, Any]
KINDS = {
    "headers": ("from_addr", "from_name", "reply_to", "subject", "to_addrs", "message_id"),
    "threading and date": ("in_reply_to", "references", "date"),
    "text": ("body", "body_has", "body_lacks", "quoted", "quoted_has", "html"),
    "attachments": ("attachments", "attachments_names", "attachments_count"),
    "automatic": ("automatic",),
}
NESTING_SECONDS = 10


def empty() -> Reading:
    return {
        "from_addr": "", "from_name": "", "reply_to": "", "subject": "", "body": "", "quoted": "",
        "html": False, "attachments": [], "message_id": "", "in_reply_to": "", "references": [],
        "date": None, "automatic": None, "warnings": [], "to_addrs": [],
    }  # fmt: skip


def read_own(raw: bytes) -> Reading:
    parsed = parse_message(raw, own_addresses=OWN_ADDRESSES)
    return {**parsed_as_json(parsed, ""), "to_addrs": list(parsed.to_addrs)}


def automatic_by_header(message: Message) -> str | None:
    """The plain rule most programs start from: libraries leave the question to their users."""
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if message.get_content_type() == "multipart/report":
        return "bounce"
    if submitted != "no" or message.get("X-Autoreply"):
        return "auto-reply"
    precedence = str(message.get("Precedence", "")).strip().lower()
    return "list" if precedence in ("bulk", "junk", "list") or message.get("List-Id") else None


def read_stdlib(raw: bytes) -> Reading:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    reading = empty()
    name, address = email.utils.parseaddr(str(message.get("From", "")))
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    is_html = bool(body) and body.get_content_type() == "text/html"
    if is_html:
        text = "\n".join(line.text for line in lines_of_html(text))
    date = message.get("Date")
    reading.update(
        from_addr=address, from_name=name, subject=str(message.get("Subject", "")), body=text,
        reply_to=email.utils.parseaddr(str(message.get("Reply-To", "")))[1], html=is_html,
        message_id=str(message.get("Message-ID", "")),
        in_reply_to=str(message.get("In-Reply-To", "")),
        references=str(message.get("References", "")).split(),
        to_addrs=[a for _, a in email.utils.getaddresses([str(message.get("To", ""))]) if a],
        date=date.datetime.isoformat() if date and date.datetime else None,
        automatic=automatic_by_header(message),
        attachments=[
            {"name": part.get_filename() or "", "type": part.get_content_type(),
             "size": len(part.get_payload(decode=True) or b"")}
            for part in message.iter_attachments()
        ],
    )  # fmt: skip
    return reading


def read_mail_parser(raw: bytes) -> Reading:
    mailparser = importlib.import_module("mailparser")
    mail = mailparser.parse_from_bytes(raw)
    reading = empty()
    name, address = mail.from_[0] if mail.from_ else ("", "")
    is_html = not mail.text_plain and bool(mail.text_html)
    text = "\n".join(mail.text_plain)
    if is_html:
        text = "\n".join(line.text for line in lines_of_html("\n".join(mail.text_html)))
    reading.update(
        from_addr=address, from_name=name, subject=mail.subject or "", body=text, html=is_html,
        reply_to=mail.reply_to[0][1] if mail.reply_to else "",
        message_id=mail.message_id or "", in_reply_to=mail.in_reply_to or "",
        references=(mail.references or "").split(), to_addrs=[a for _, a in mail.to if a],
        date=mail.date.isoformat() + "+00:00" if mail.date else None,
        automatic=automatic_by_header(mail.message),
        attachments=[
            {"name": each["filename"], "type": each["mail_content_type"],
             "size": len(each["payload"])}
            for each in mail.attachments
        ],
    )  # fmt: skip
    return reading


def with_mail_parser_reply(raw: bytes) -> Reading:
    reply = importlib.import_module("mailparser_reply")
    reading = read_mail_parser(raw)
    languages = ["en", "de", "fr", "es", "pl", "it", "nl"]
    found = reply.EmailReplyParser(languages=languages).read(reading["body"])
    newest = found.latest_reply or ""
    return {**reading, "body": newest, "quoted": reading["body"].replace(newest, "", 1)}


def with_email_reply_parser(raw: bytes) -> Reading:
    parser = importlib.import_module("email_reply_parser")
    reading = read_stdlib(raw)
    found = parser.EmailReplyParser.read(reading["body"])
    hidden = "\n".join(f.content for f in found.fragments if f.hidden or f.quoted or f.signature)
    return {**reading, "body": found.reply, "quoted": hidden}


READERS: dict[str, Callable[[bytes], Reading]] = {
    "stdlib email": read_stdlib,
    "mail-parser": read_mail_parser,
    "stdlib + email-reply-parser": with_email_reply_parser,
    "mail-parser + mail-parser-reply": with_mail_parser_reply,
    "intake.mime": read_own,
}


def measure(reader: Callable[[bytes], Reading]) -> None:
    right = dict.fromkeys(KINDS, 0)
    total = dict.fromkeys(KINDS, 0)
    times: list[float] = []
    raised = 0
    for name in mails():
        started = time.perf_counter()
        try:
            reading = reader(raw_of(name))
        except Exception:  # noqa: BLE001 - what a library raises is what is measured.
            reading, raised = empty(), raised + 1
        times.append(time.perf_counter() - started)
        for fact, expected in facts_of(name).items():
            kind = next((k for k, fields in KINDS.items() if fact in fields), None)
            if kind:
                total[kind] += 1
                right[kind] += not list(wrong_facts({fact: expected}, reading))
    shares = "  ".join(f"{kind} {100 * right[kind] / total[kind]:.1f} %" for kind in KINDS)
    whole = 100 * sum(right.values()) / sum(total.values())
    median = statistics.median(times) * 1000
    print(f"    all {whole:.1f} %  {shares}  raised {raised}  median {median:.2f} ms")


def _inscriptis(html: str) -> str:
    return importlib.import_module("inscriptis").get_text(html)


def _html_text(html: str) -> str:
    return importlib.import_module("html_text").extract_text(html)


def _html2text(html: str) -> str:
    return importlib.import_module("html2text").html2text(html)


def _selectolax(html: str) -> str:
    module = importlib.import_module("selectolax.lexbor")
    return module.LexborHTMLParser(html).text(separator="\n")


def _beautifulsoup(html: str) -> str:
    return importlib.import_module("bs4").BeautifulSoup(html, "html.parser").get_text("\n")


def _nh3(html: str) -> str:
    return importlib.import_module("nh3").clean(html, tags=set())


def _own_html(html: str) -> str:
    return "\n".join(line.text for line in lines_of_html(html))


CONVERTERS = {
    "inscriptis": _inscriptis,
    "html-text": _html_text,
    "html2text": _html2text,
    "selectolax (lexbor)": _selectolax,
    "beautifulsoup4": _beautifulsoup,
    "nh3": _nh3,
    "intake.mime": _own_html,
}


def _seconds(converter: str, html: str, words: str, answer: Any) -> None:
    started = time.perf_counter()
    try:
        kept = words in CONVERTERS[converter](html)
    except Exception as exc:  # noqa: BLE001 - what a library raises is what is measured.
        answer.put(f"raised {type(exc).__name__}")
        return
    spent = f"{(time.perf_counter() - started) * 1000:.1f} ms"
    answer.put(spent if kept else f"{spent}, words lost")


def timed_apart(converter: str, html: str, words: str) -> str:
    """The time in a process of its own, which is ended when it takes too long or dies."""
    answer: Any = multiprocessing.Queue()
    child = multiprocessing.Process(target=_seconds, args=(converter, html, words, answer))
    child.start()
    child.join(NESTING_SECONDS)
    if child.is_alive():
        child.terminate()
        child.join()
        return f"over {NESTING_SECONDS} s"
    return answer.get(timeout=1) if child.exitcode == 0 else f"died ({child.exitcode})"


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"{len(mails())} mails")
    for name, reader in READERS.items():
        print(name)
        try:
            reader(b"Subject: x\n\nx")
        except ImportError:
            print("    not installed")
            continue
        measure(reader)
    newsletter = "<html><body>" + (
        "<table><tr><td><p>Dear <b>Jane</b>,&nbsp;the bin<br>was missed</p></td></tr></table>" * 800
    )
    cases = {
        "60 kB letter": (newsletter, "missed"),
        "20,000 open divs": ("<div>" * 20_000 + "deep words", "deep words"),
        "200,000 open divs": ("<div>" * 200_000 + "deep words", "deep words"),
    }
    for name, convert in CONVERTERS.items():
        try:
            convert("<p>x</p>")
        except ImportError:
            print(f"{name}: not installed")
            continue
        found = "; ".join(f"{case}: {timed_apart(name, *given)}" for case, given in cases.items())
        print(f"{name}: {found}")


if __name__ == "__main__":
    main()
