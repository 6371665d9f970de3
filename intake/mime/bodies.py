"""Which parts are the text and which are attachments.

Decides the reading of alternative, related, mixed, signed and reported parts, in the order of the
message. Leaves the cutting of quotations to `quotation`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from intake.mime.charsets import clean_text, decoded
from intake.mime.flowed import unflowed
from intake.mime.headers import Headers, decoded_words, read_headers
from intake.mime.html_text import lines_of_html
from intake.mime.lines import Line, Mark, lines_of_text
from intake.mime.parameters import file_name
from intake.mime.parsed import Attachment
from intake.mime.structure import Part, Structure
from intake.mime.transfer import without_uuencoded

MAX_TEXT_BYTES = 1_000_000
_TEXT_TYPES = {"text/plain", "text/html"}
_OTHER_TEXT = {
    "text/enriched",
    "text/richtext",
    "text/markdown",
    "text/x-markdown",
    "text/x-amp-html",
}
_FOR_PROGRAMS = {"text/x-amp-html", "text/watch-html", "text/calendar"}
_EXTENSIONS = {
    "text/calendar": "invite.ics",
    "application/ics": "invite.ics",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "read-receipt.txt",
    "text/rfc822-headers": "message-headers.txt",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "application/pdf": "attachment.pdf",
    "image/jpeg": "image.jpg",
    "image/png": "image.png",
    "image/gif": "image.gif",
    "text/vcard": "contact.vcf",
    "text/x-vcard": "contact.vcf",
    "text/html": "attachment.html",
    "text/plain": "attachment.txt",
}
_STUB = re.compile(
    r"(?:your|this|ihr|votre) (?:e-?mail|mail)?[ -]?(?:client|program|reader|browser|software"
    r"|message|e-?mail)"
    r".{0,80}(?:html|mime)|(?:view|read|see|open|display)\w* (?:this|the) (?:e-?mail"
    r"|message).{0,60}html"
    r"|html[- ](?:e-?mail|message|version|content|format)|this is (?:a|an) (?:html|mime)[ -]",
    re.IGNORECASE | re.DOTALL,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_MAX_STUB_CHARS = 400
_NOT_WORD = re.compile(r"\W+")


@dataclass(frozen=True)
class Kept:
    """An attachment and how to get its bytes."""

    attachment: Attachment
    content: Callable[[], bytes]


@dataclass
class Contents:
    """The text and attachments found in one message."""

    lines: list[Line] = field(default_factory=list)
    from_html: bool = False
    html_sources: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Adds a sentence for the officer, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


@dataclass
class _Text:
    plain: str
    html: str
    part: Part


def read_contents(structure: Structure) -> Contents:
    """The text, as lines, and the attachments, in the order of the message."""
    return _Reading(structure).contents


class _Reading:
    def __init__(self, structure: Structure) -> None:
        self.contents = Contents()
        self.root = structure.root
        self.named_texts: list[tuple[Kept, Part]] = []
        if structure.cut_short:
            self.contents.warn("The message has more parts than are read; some are left as one.")
        texts = self._texts(self.root, root=True) or self._named_text()
        self._compose(texts)

    def _texts(self, part: Part, *, root: bool = False) -> list[_Text]:
        """The body texts under a part; everything else is kept as an attachment on the way."""
        if part.is_multipart:
            return self._texts_of_multipart(part)
        if self._is_body(part, root=root):
            return self._leaf_texts(part)
        self._keep(part)
        return []

    def _named_text(self) -> list[_Text]:
        """The first text that has a file name, when no other part can be the body."""
        for kept, part in self.named_texts[:1]:
            self.contents.kept.remove(kept)
            return self._leaf_texts(part)
        return []

    def _texts_of_multipart(self, part: Part) -> list[_Text]:
        kind = part.media_type
        if kind == "multipart/alternative":
            return self._best_alternative(part)
        if kind == "multipart/encrypted":
            self.contents.warn("The message is encrypted and cannot be read here.")
        if kind == "multipart/related":
            return self._related(part)
        found: list[_Text] = []
        for child in part.children:
            found.extend(self._texts(child))
        return found

    def _related(self, part: Part) -> list[_Text]:
        start = part.type_parameters.get("start", "").strip("<>")
        children = list(part.children)
        root = next((c for c in children if start and _content_id(c) == start), children[0])
        found: list[_Text] = []
        for child in children:
            if (
                child is root
                or child.is_multipart
                or (child.media_type == "text/html" and not found and not _is_marked(child))
            ):
                found.extend(self._texts(child))
            else:
                self._keep(child)
        return found

    def _best_alternative(self, part: Part) -> list[_Text]:
        readings: list[list[_Text]] = []
        for child in _alternatives(part):
            named_text = child.media_type in _TEXT_TYPES and child.disposition != "attachment"
            found = self._leaf_texts(child) if named_text else self._texts(child)
            if found:
                readings.append(found)
        if not readings:
            return []
        plain = next((each for each in readings if any(t.plain for t in each)), None)
        rich = next((each for each in reversed(readings) if any(t.html for t in each)), None)
        if plain is None or rich is None or plain is rich:
            return readings[-1] if rich is None else rich
        self.contents.html_sources += [text.html for text in rich if text.html]
        if _says_nothing("\n".join(t.plain for t in plain), rich):
            return [_Text("", t.html, t.part) if t.html else t for t in rich]
        return plain

    def _is_body(self, part: Part, *, root: bool) -> bool:
        kind = part.media_type
        if root and kind.startswith("multipart/"):
            return True
        if kind not in _TEXT_TYPES and kind not in _OTHER_TEXT:
            return False
        if root:
            return not (part.disposition == "attachment" and _own_name(part))
        if part.disposition == "attachment":
            return False
        return not _own_name(part)

    def _leaf_texts(self, part: Part) -> list[_Text]:
        data, whole = part.content(MAX_TEXT_BYTES)
        if part.end - part.start > MAX_TEXT_BYTES:
            self.contents.warn("The text is very long; only its first part is shown.")
        elif not whole:
            self.contents.warn("Part of the message was damaged; some of its text may be missing.")
        if part.media_type == "text/plain":
            data, files = without_uuencoded(data)
            for name, content in files:
                self._keep_bytes(name, "application/octet-stream", content)
        text, sure = decoded(data, _charset(part, data))
        if not sure:
            self.contents.warn("Some characters of the message could not be read with certainty.")
        if part.media_type == "text/html":
            return [_Text("", clean_text(text), part)]
        text = clean_text(text)
        if part.type_parameters.get("format", "").lower() == "flowed":
            delete = part.type_parameters.get("delsp", "").lower() == "yes"
            text = unflowed(text, delete_space=delete)
        return [_Text(text, "", part)]

    def _compose(self, texts: list[_Text]) -> None:
        contents = self.contents
        for text in _without_repeats(texts):
            if text.html and text.html not in contents.html_sources:
                contents.html_sources.append(text.html)
            lines = lines_of_html(text.html) if text.html else lines_of_text(text.plain)
            # The first text with words says what the body came from; a list's footer does not.
            if not any(line.text for line in contents.lines):
                contents.from_html = bool(text.html)
            if contents.lines and contents.lines[-1].text:
                contents.lines.append(Line("", Mark.OWN))
            contents.lines.extend(lines)

    def _keep(self, part: Part) -> None:
        name = _own_name(part) or self._given_name(part)
        kind = part.media_type
        if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            self.contents.warn(
                "The sender's Outlook packed attachments into winmail.dat, which may not open."
            )
        if "pkcs7-mime" in kind and part.type_parameters.get("smime-type") != "signed-data":
            self.contents.warn("The message is encrypted and cannot be read here.")
        size = len(part.content()[0])
        attachment = Attachment(name=name, type=kind, size=size)
        kept = Kept(attachment, lambda: part.content()[0])
        self.contents.kept.append(kept)
        if kind in _TEXT_TYPES and part.disposition != "attachment":
            self.named_texts.append((kept, part))

    def _keep_bytes(self, name: str, kind: str, content: bytes) -> None:
        attachment = Attachment(name=decoded_words(name), type=kind, size=len(content))
        self.contents.kept.append(Kept(attachment, lambda: content))

    def _given_name(self, part: Part) -> str:
        if part.media_type in ("message/rfc822", "message/global"):
            return _name_from_subject(part)
        known = _EXTENSIONS.get(part.media_type)
        return known or f"attachment-{len(self.contents.kept) + 1}"


def _charset(part: Part, data: bytes) -> str:
    """The part's label; an HTML part may only say it inside."""
    label = part.type_parameters.get("charset", "")
    if label or part.media_type != "text/html":
        return label
    found = _META_CHARSET.search(data[:4_000])
    return found[1].decode("ascii") if found else ""


def _own_name(part: Part) -> str:
    return file_name(part.type_parameters, part.disposition_parameters)


def _alternatives(part: Part) -> list[Part]:
    """The alternatives without those that say for other programs what the text says."""
    return [
        child
        for child in part.children
        if child.media_type not in _FOR_PROGRAMS or _is_marked(child)
    ] or part.children


def _is_marked(part: Part) -> bool:
    return part.disposition == "attachment" or bool(_own_name(part))


def _content_id(part: Part) -> str:
    return part.headers.plain("content-id").strip().strip("<>")


def _name_from_subject(part: Part) -> str:
    content = part.content()[0]
    headers, _ = read_headers(content, 0, min(len(content), 200_000))
    subject = Headers.text(headers, "subject") or "message"
    return re.sub(r"[\\/:*?\"<>|]+", " ", subject).strip()[:200] + ".eml"


def _says_nothing(plain: str, rich: list[_Text]) -> bool:
    """Whether the plain alternative is empty or only says that it cannot show HTML."""
    text = plain.strip()
    if not text:
        return True
    if len(text) > _MAX_STUB_CHARS:
        return False
    shown = " ".join(line.text for each in rich for line in lines_of_html(each.html[:100_000]))
    words, letters = _letters(shown), _letters(text)
    if letters in words:
        return False
    return bool(_STUB.search(text)) or len(words) > 10 * len(letters)


def _letters(text: str) -> str:
    return _NOT_WORD.sub("", text).casefold()


def _without_repeats(texts: list[_Text]) -> list[_Text]:
    """The texts without an HTML part that only repeats the plain part before it."""
    kept: list[_Text] = []
    for text in texts:
        before = kept[-1] if kept else None
        if text.html and before and before.plain and len(text.html) < MAX_TEXT_BYTES:
            shown = " ".join(line.text for line in lines_of_html(text.html))
            if _letters(shown) == _letters(before.plain) and shown.strip():
                continue
        kept.append(text)
    return kept
