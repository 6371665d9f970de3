"""Signatures: the delimiter line, the mobile programs' advertisements, contact blocks.

Decides only on sure signs; a closing and the name under it stay with the person's words.
"""

import re

_DELIMITER = re.compile(r"(?:--|—|__)[ \t\u00a0]*$")
_ARMOUR_BEGINS = re.compile(r"-----BEGIN PGP SIGN(?:ED MESSAGE|ATURE)-----\s*$")
_DRAWN = re.compile(r"[ \t]*([~=*_-])\1{2,}[ \t]*$")
_DASH_NAME = re.compile(r"[-–—][ \t]?[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){0,2}\s*$")
_POINT = re.compile(r"\s*[-–—•*]")
_TWO_SENTENCES = re.compile(r"[a-z]{2}[.!?] +[^\W\d_]")
_POSTSCRIPT = re.compile(r"\s*p\.? ?s\.?\b", re.IGNORECASE)
_SENTENCE = re.compile(r".{60,}[.!?]\s*$")
_DEVICE = (
    r"(?:my |the |mijn |meinem |mon |ma |mi |mio |min |mit |moj\w* |m\w{2}n )?"
    r"(?:new |all new |mobile |verizon,? |samsung |galaxy |huawei |nokia |sony |xiaomi |android"
    r"|iphone|ipad|ipod|windows|blackberry|mobile|phone|tablet|smartphone|outlook|yahoo|gmail|mail"
    r"|aol|proton|samsung|galaxy|huawei|honor|pixel|nokia|sony|xperia|xiaomi|redmi|htc|lg |motorola"
    r"|moto |oneplus|oppo|gmx|web\.de|k-9|k9|fairemail|spark|bluemail|blue mail|edison|tutanota"
    r"|tuta"
    r"|hushmail|virgin|sky |bt |ee |o2|vodafone|talktalk|orange|free|laposte|boxer|nine|typeapp"
    r"|airmail|newton|superhuman|thunderbird|zoho|fastmail|icloud|handy|mobiltelefon|mobil|portable"
    r"|móvil|telefon|device|kindle|surface|workspace|touchdown|worx|secure|mailbird|postbox)"
)
_SENT_FROM = re.compile(
    rf"[\s*_>]*(?:"
    rf"sent (?:from|via|with|using)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|(?:von|vom) mein\w* .{{0,60}}?(?:gesendet|geschickt)\w*.{{0,20}}"
    rf"|(?:diese )?(?:nachricht|e-?mail|mail)? ?(?:wurde )?(?:gesendet|gesandt|versendet"
    rf"|verschickt) (?:von|mit|über|aus)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|diese (?:nachricht|e-?mail) wurde von .{{0,80}}gesendet.{{0,5}}"
    rf"|envoyé (?:de|depuis|à partir|avec|par)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|envoyé à partir d[e'].{{0,60}}"
    rf"|enviad[oa] (?:desde|de|do|da|con|com|a través|via|pelo)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|inviat[oa] (?:da|dal|con|tramite)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|(?:verstuurd|verzonden) (?:vanaf|vanuit|via|met|van)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|skickat från\b.{{0,20}}?{_DEVICE}.{{0,80}}|sendt fra\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|lähetetty .{{0,60}}|wysłan[eo] (?:z|za pomocą)\b.{{0,20}}?{_DEVICE}.{{0,80}}"
    rf"|odesláno z\b.{{0,60}}|odoslané z\b.{{0,60}}|отправлено (?:с|из)\b.{{0,60}}"
    rf"|надіслано з\b.{{0,60}}|trimis (?:de pe|din)\b.{{0,60}}|küldve .{{0,60}}"
    rf"|στάλθηκε από .{{0,60}}|.{{0,40}}'?(?:dan|den|'tan) gönderildi.{{0,5}}"
    rf"|anfonwyd o fy .{{0,40}}|.{{0,20}}から送信|发自我的.{{0,30}}|從我的.{{0,30}}"
    rf"|나의 .{{0,30}}에서 보냄"
    rf"|get outlook for (?:ios|android|mac|windows).{{0,80}}"
    rf"|(?:outlook (?:für|pour|para|per|voor) (?:ios|android)).{{0,80}}"
    rf"|(?:holen sie sich|laden sie|télécharge[rz]|obtenez|obtener|obtenha|scarica|download|hämta"
    rf"|hent)"
    rf" outlook .{{0,80}}"
    rf"|yahoo mail: search, organi[sz]e, conquer.{{0,60}}"
    rf")\s*$",
    re.IGNORECASE,
)
_SENT_FROM_SOMETHING = re.compile(
    r"\s*sent (?:from|via|using|with) (?:\S+ ){0,5}\S+$", re.IGNORECASE
)
_TELLING = re.compile(r"\b(?:I|you|your|we|nobody|never|week|month|yesterday)\b", re.IGNORECASE)
_EXCUSE = re.compile(r"excuse|pardon|typo|brevity|brief|apolog", re.IGNORECASE)
_MAX_NAME_CHARS = 40
_STATES = re.compile(r",|\b(?:is|was|were|are|it|to|by|has|had|and|but)\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s*_]*(?:[^\W\d_]{1,15},?\s){0,3}"
    r"(?:regards|wishes|thanks|sincerely|faithfully|truly|cheers|thank you|grüßen?|gruß|mfg"
    r"|cordialement|salutations|saludos|saluti|groet(?:en)?|hälsningar|hilsen|mvh|rgds|br|best)"
    r"[\s,.!*_]*$",
    re.IGNORECASE,
)
_PHONE_LABEL = re.compile(
    r"(?:^|[|•·,\s])(?:t|m|f|p|tel|telephone|phone|mob|mobile|cell|fax|office|direct(?: dial)?|dd"
    r"|switchboard|ddi|mobil|telefon|tél|téléphone|telefoon|e-?mail|e|w|web|website|www)"
    r"\s?[.:|]\s*(?:[+(\d]|\S+@|www\.|https?:)",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://|www\.", re.IGNORECASE)
_CONTACT = re.compile(
    r"https?://|www\.|\S@\S+\.\w|^\W{0,3}0\d{3,4} ?\d{3} ?\d{3,4}\b", re.IGNORECASE
)
_NAME_LINE = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){1,3}\s*$")
_ORGANISATION = re.compile(
    r"\b(?:ltd|limited|plc|llp|llc|inc|gmbh|ag|s\.?a\.?|b\.?v\.?|council|department|directorate"
    r"|group|manager|director|officer|engineer|assistant|coordinator|administrator|executive"
    r"|consultant|solicitors?|partner|ceo|head of|company|registered (?:in|office))\b",
    re.IGNORECASE,
)


def mark(texts: list[str], apart: list[bool]) -> None:
    """Sets `apart` for the lines of signatures.

    - The armour of OpenPGP round a signed text (RFC 9580, 7).
    - A line of the delimiter "-- " (RFC 3676, 4.3) and what follows it, up to the next quotation
      or the end, when that is short.
    - One line that a mail program adds ("Sent from my iPhone").
    - Contact lines at the end under a closing and a name, when at least two are of the kind that
      people do not type each time. Closing and name stay.
    - The same under a name alone, or under a drawn line.
    - A last line of a dash and a name, where no list of points is.
    """
    _mark_armour(texts, apart)
    _mark_delimited(texts, apart)
    _mark_drawn(texts, apart)
    _mark_dash_name(texts, apart)
    for index, text in enumerate(texts):
        if not apart[index] and 8 < len(text) < 200 and _is_advertisement(texts, index):
            apart[index] = True
    _mark_last_line(texts, apart)
    _mark_contact_block(texts, apart)


def _mark_armour(texts: list[str], apart: list[bool]) -> None:
    within = ""
    for index, text in enumerate(texts):
        if _ARMOUR_BEGINS.match(text):
            within = text
        elif within.startswith("-----BEGIN PGP SIGNED") and not text.strip():
            within = ""
        if within:
            apart[index] = True
        if text.startswith("-----END PGP SIGNATURE-----"):
            within = ""


def _mark_delimited(texts: list[str], apart: list[bool]) -> None:
    divides = _divides(texts, apart)
    for index in range(len(texts) - 1, -1, -1):
        if apart[index] or not _DELIMITER.match(texts[index]):
            continue
        end = index + 1
        while end < len(texts) and not apart[end]:
            end += 1
        has_text_above = any(text.strip() for text in texts[:index])
        exact = texts[index] == "-- "
        if not exact and (divides or _is_prose(texts[index + 1 : end])):
            continue
        if has_text_above and _is_brief(texts[index + 1 : end], exact=exact):
            apart[index:end] = [True] * (end - index)


def _divides(texts: list[str], apart: list[bool]) -> bool:
    """Whether the delimiters are several lines that a person drew between parts of a letter."""
    own = [text for text, is_apart in zip(texts, apart, strict=True) if not is_apart]
    drawn = [place for place, text in enumerate(own) if _DELIMITER.match(text)]
    return len(drawn) > 1 and any(_SENTENCE.match(text) for text in own[drawn[0] :])


def _is_prose(texts: list[str]) -> bool:
    """Whether a person goes on to write under two dashes: sentences, and no way to reach them."""
    return any(_TWO_SENTENCES.search(text) for text in texts) and not _contacts(texts)


def _is_brief(texts: list[str], *, exact: bool) -> bool:
    """Whether the lines may be a signature: a new section of a letter is longer.

    People draw lines of two dashes too, so without its trailing space the delimiter proves less.
    """
    most_lines, most_chars = (25, 1_500) if exact else (12, 600)
    words = [text for text in texts if text.strip()]
    return len(words) <= most_lines and sum(len(text) for text in words) <= most_chars


def _mark_drawn(texts: list[str], apart: list[bool]) -> None:
    """The last drawn line and a contact block under it."""
    own = [i for i, text in enumerate(texts) if not apart[i] and text.strip()]
    for place in range(len(own) - 2, max(0, len(own) - 12), -1):
        block = [texts[i] for i in own[place + 1 :]]
        if not _DRAWN.match(texts[own[place]]):
            continue
        if not any(_SENTENCE.match(text) for text in block) and _contacts(block):
            apart[own[place] : own[-1] + 1] = [True] * (own[-1] + 1 - own[place])
        return


def _mark_dash_name(texts: list[str], apart: list[bool]) -> None:
    own = [i for i, text in enumerate(texts) if not apart[i] and text.strip()]
    if len(own) < 2 or texts[own[-1] - 1].strip() or not _DASH_NAME.match(texts[own[-1]]):
        return
    if not any(_POINT.match(texts[i]) for i in own[:-1]):
        apart[own[-1]] = True


def _contacts(texts: list[str]) -> int:
    return sum(bool(_PHONE_LABEL.search(text) or _CONTACT.search(text)) for text in texts)


def _mark_contact_block(texts: list[str], apart: list[bool]) -> None:
    own = [i for i, text in enumerate(texts) if not apart[i] and text.strip()]
    tail = own[-14:]
    closing = next((n for n in range(len(tail) - 1, -1, -1) if _is_closing(texts[tail[n]])), None)
    block = tail[closing + 2 :] if closing is not None else _lines_under_name(texts, tail)
    if not 2 <= len(block) <= 11 or any(
        len(texts[i]) > 120 or _POSTSCRIPT.match(texts[i]) for i in block
    ):
        return
    contacts = sum(bool(_PHONE_LABEL.search(texts[i]) or _WEB.search(texts[i])) for i in block)
    offices = sum(bool(_ORGANISATION.search(texts[i])) for i in block)
    offices += any(_WEB.search(texts[i]) for i in block) and contacts > 1
    if (contacts >= 1 and offices >= 1 and contacts + offices >= 2) or contacts >= 3:
        for index in range(block[0], block[-1] + 1):
            apart[index] = True


def _lines_under_name(texts: list[str], tail: list[int]) -> list[int]:
    """The rest of the last paragraph when it begins with a name and is not the whole text."""
    first = tail[-1] if tail else 0
    while first > 0 and texts[first - 1].strip():
        first -= 1
    if not _NAME_LINE.match(texts[first]) or tail[0] >= first:
        return []
    return [i for i in tail if i > first]


def _is_advertisement(texts: list[str], index: int) -> bool:
    """Whether a mail program added the line; one that goes on from the line above is a sentence."""
    text = texts[index]
    if not _SENT_FROM.match(text):
        return False
    if _TELLING.search(text) and not _EXCUSE.search(text):
        return False
    above = texts[index - 1].strip() if index else ""
    return len(above) <= _MAX_NAME_CHARS or above[-1] in ".!?,:;_-"


def _mark_last_line(texts: list[str], apart: list[bool]) -> None:
    """A short "Sent from ..." of any kind that stands alone below everything else."""
    own = [i for i, text in enumerate(texts) if not apart[i] and text.strip()]
    if len(own) < 2:
        return
    last = own[-1]
    alone = not texts[last - 1].strip()
    if alone and _SENT_FROM_SOMETHING.match(texts[last]) and not _STATES.search(texts[last]):
        apart[last] = True


def _is_closing(text: str) -> bool:
    return len(text) < 60 and bool(_CLOSING.match(text))
