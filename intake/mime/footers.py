"""Text that machines add: disclaimers, scanners' remarks, list footers, banners of gateways.

Decides by paragraph and only on wording that people do not use of themselves.
"""

import re

_ANCHORS = re.compile(
    r"intended (?:only|solely|exclusively)? ?(?:for|recipient|addressee)|intended recipient"
    r"|(?:the )?addressees?\b|solely for the use|for the (?:sole|exclusive) use"
    r"|named (?:recipient|above)"
    r"|notify the sender|advise the sender|inform the sender|contact the sender|views expressed"
    r"|views or opinions|if you (?:have|are) (?:received|not)|received (?:this|it).{0,40}in error"
    r"|bestimmungsgemäße|irrtümlich|vertrauliche informationen|destinataires?|par erreur"
    r"|destinatari|richtige adressat|lo ha recibido|ricevuto (?:questo|il presente)"
    r"|por error|por engano|per errore|geadresseerde|ten onrechte|computer viruses"
    r"|free (?:of|from) viruses|virus(?:es)? (?:check|scan)",
    re.IGNORECASE,
)
_TERMS = re.compile(
    r"\b(confidential|privileged|disclos|distribut|dissemin|copying|copied|delet|in error|virus"
    r"|liab|opinion|solely|unauthori[sz]ed|transmi|attachment|files|recipient|prohibited|monitored"
    r"|intercept|legally|addressee|contract|warrant|sender|e-?mail|message|communication"
    r"|vertraulich|vernichten|unbefugt|anlagen|nachricht|confidentiel|détruire|pièces|message"
    r"|confidencial|riservat|vertrouwelijk|bijlagen|absender|adressat|informier|lösch|expéditeur"
    r"|exclusiv|usage|mensaje|anexos|adjuntos|elimin|remitente|mensagem|remetente|messaggio"
    r"|allegati|mittente|cancell|afzender|ontvanger|verwijder)",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|my|me|mine|we'd|ich|mein\w*|je|mon)\b")
_OPENING = re.compile(
    r"[\s*_>]*(?:(?:e-?mail )?disclaimer|confidentiality (?:notice|note|statement|warning|caution)"
    r"|important notice|privacy notice|legal (?:notice|disclaimer)|data protection notice"
    r"|notice to recipients?|haftungsausschluss|vertraulichkeitshinweis|avis de confidentialité"
    r"|aviso legal|aviso de confidencialidade|note de confidentialité)\b",
    re.IGNORECASE,
)
# Nobody says so of the message they are writing.
_MISDIRECTED = re.compile(
    r"if you (?:have |are not )?(?:received|the intended)\b.{0,40}"
    r"(?:in error|by mistake|recipient)",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:registered in (?:england|scotland|wales|northern ireland)"
    r"|(?:company|registration|registered) (?:no|number)\b|registered office\b"
    r"|handelsregister|amtsgericht\b.{0,20}\bhr)",
    re.IGNORECASE,
)
_MAX_HEADING_CHARS = 50
_ABOUT_ITSELF = re.compile(
    r"[\s*_>]*(?:this|the information in this) (?:e-?mail|message|communication)\b"
    r".{0,80}\b(?:confidential|intended|addressee|privileged)",
    re.IGNORECASE,
)
_LEAST_DISCLAIMER_CHARS = 40
_SURE = re.compile(
    r"[\s*_>]*(?:p )?(?:"
    r"(?:please )?(?:consider|think (?:of|about)) (?:the |our )?(?:environment"
    r"|planet)\b.{0,80}print"
    r"|(?:please )?(?:do not|don't) print this (?:e-?mail|message) unless"
    r"|save (?:paper|a tree|trees).{0,80}print|be green.{0,40}print"
    r"|this (?:e-?mail|message|email message|mail) (?:has been|was|is) (?:checked|scanned|virus"
    r"|certified)"
    r"|(?:diese e-?mail|ce (?:mail|message)|este mensaje) (?:wurde|a été|ha sido) .{0,30}(?:viren"
    r"|virus|analizado|vérifi)"
    r"|virus-free\.? *(?:www\.|<|https?:|$)|(?:scanned|checked) by .{0,40}(?:anti-?virus|mimecast"
    r"|messagelabs|symantec)"
    r"|https?://www\.avast\.com/\S*$|_{3,}\s*this (?:e-?mail|message)"
    r"|no virus found in this|(?:incoming|outgoing) mail is certified virus free"
    r"|denk(?:en sie)? an die umwelt|bitte (?:prüfen|denken) sie.{0,60}(?:umwelt|drucken|ausdruck)"
    r"|pensez à l'environnement|avant d'imprimer|antes de imprimir|prima di stampare"
    r"|denk aan het milieu"
    r"|to unsubscribe from this (?:group|list)|you(?:'ve)? received this (?:message"
    r"|e-?mail) because you"
    r"|you are receiving this (?:e-?mail|message|because)|(?:click here )?to unsubscribe\b"
    r"|to (?:view|visit) this discussion (?:on|visit)|for more options, visit https://groups"
    r"|unsubscribe:? https?:"
    r")",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"[\s*_>\[]*(?:(?:caution|warning|external(?: e-?mail| sender| message)?|attention|notice"
    r"|be careful"
    r"|important)\b[\s\]:!*-]*)+(?:this (?:e-?mail|message|mail) (?:originated|has originated"
    r"|came|comes"
    r"|was sent|is from|has come|has been sent)[^.]{0,30}\b(?:outside|external|unknown|internet)"
    r"|do not click|the sender of this e-?mail|think before)"
    r"|[\s*_]*you don't often get e?-?mail from |[\s*_]*\[?(?:external|ext)(?: e-?mail"
    r"| sender)?\]?[\s*]*$"
    r"|[\s*_]*this (?:e-?mail|message) (?:originated|came|was sent) from (?:outside|an external)",
    re.IGNORECASE,
)
_LIST_RULE = re.compile(r"_{40,}\s*$")
_LIST_WORDS = re.compile(r"mailing list|listinfo|unsubscribe|lists?\.|-request@", re.IGNORECASE)
_MAX_PARAGRAPH_CHARS = 6_000


def mark(texts: list[str], apart: list[bool]) -> None:
    """Sets `apart` for paragraphs that a machine added.

    - A disclaimer: at least one phrase and three words that only disclaimers join, no first
      person; a heading such as "Confidentiality notice" needs less, and paragraphs after it
      follow it while they read alike.
    - Remarks of scanners, of printers' thrift and of mailing lists, and warnings a gateway put on
      top.
    """
    after_disclaimer = False
    heading: int | None = None
    for start, end in _paragraphs(texts, apart):
        text = " ".join(texts[start:end])[:_MAX_PARAGRAPH_CHARS]
        if len(text) < _MAX_HEADING_CHARS and _OPENING.match(text):
            heading = start
            continue
        expected = after_disclaimer or heading is not None
        if _is_list_footer(texts, start, end) or _is_added(text, after_disclaimer=expected):
            first = start if heading is None else heading
            apart[first:end] = [True] * (end - first)
            after_disclaimer = after_disclaimer or not _BANNER.match(text)
        heading = None


def _paragraphs(texts: list[str], apart: list[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = None
    for index, text in enumerate(texts):
        ends = apart[index] or not text.strip() or _LIST_RULE.match(text)
        if start is not None and ends:
            found.append((start, index))
            start = None
        if start is None and not apart[index] and text.strip():
            start = index
        elif start is not None and _starts_added(text):
            found.append((start, index))
            start = index
    if start is not None:
        found.append((start, len(texts)))
    return found


def _starts_added(text: str) -> bool:
    return bool(_SURE.match(text) or _OPENING.match(text) or _ABOUT_ITSELF.match(text))


def _is_added(text: str, *, after_disclaimer: bool) -> bool:
    if len(text) < 8:
        return False
    if _BANNER.match(text):
        return len(text) < 600
    if _FIRST_PERSON.search(text):
        return False
    if _SURE.match(text):
        return len(text) < 800
    return _is_disclaimer(text, after_disclaimer=after_disclaimer)


def _is_disclaimer(text: str, *, after_disclaimer: bool) -> bool:
    if len(text) < _LEAST_DISCLAIMER_CHARS and not after_disclaimer:
        return False
    opens = bool(_OPENING.match(text))
    anchored = len({anchor.lower() for anchor in _ANCHORS.findall(text)})
    if len(_COMPANY.findall(text)) >= 2:
        return True
    if not anchored and not opens and not after_disclaimer:
        return False
    terms = {term.lower() for term in _TERMS.findall(text)}
    if opens:
        return len(terms) >= 2
    if anchored and len(terms) >= (3 if anchored > 1 or _MISDIRECTED.search(text) else 4):
        return True
    return after_disclaimer and len(terms) + 2 * anchored >= 3


def _is_list_footer(texts: list[str], start: int, end: int) -> bool:
    if not _LIST_RULE.match(texts[start]) or end - start > 12:
        return False
    return bool(_LIST_WORDS.search(" ".join(texts[start + 1 : end])))
