"""Parameters of Content-Type and Content-Disposition (RFC 2045, RFC 2231).

Decides how a value splits into its main word and its parameters, in the broken forms too: raw
8-bit names, encoded words where they are forbidden, spaces without quotes.
"""

import re
from urllib.parse import unquote_to_bytes

from intake.mime.charsets import decoded
from intake.mime.headers import decoded_words, one_line

_PARAMETER = re.compile(
    r";\s*([A-Za-z0-9_.-]{1,60})(\*\d{1,3})?(\*)?\s*=\s*"
    r'(?:"((?:[^"\\]|\\.){0,8000})"?|([^;]{0,8000}))'
)
_MAX_VALUE_CHARS = 32 * 1024


def main_value(value: str) -> str:
    """The word before the first parameter, lower case: a media type or a disposition."""
    return value.split(";", 1)[0].strip().strip("\"'").lower()


def parameters(value: str) -> dict[str, str]:
    """The parameters by lower-case name, continuations joined and character sets decoded."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(value[:_MAX_VALUE_CHARS]):
        name, number, extended, quoted, bare = match.groups()
        text = _unescaped(quoted) if quoted is not None else bare.strip()
        if number or extended:
            index = int(number[1:]) if number else 0
            pieces.setdefault(name.lower(), {}).setdefault(index, (text, bool(extended)))
        else:
            plain.setdefault(name.lower(), text)
    for name, found in pieces.items():
        plain[name] = _joined(found)
    return plain


def _unescaped(quoted: str) -> str:
    # A Windows path in a name has backslashes that quote nothing.
    return re.sub(r'\\(["\\])', r"\1", quoted)


def _joined(found: dict[int, tuple[str, bool]]) -> str:
    charset = ""
    data = b""
    for order, index in enumerate(sorted(found)):
        text, extended = found[index]
        if extended and order == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if extended else text.encode("utf-8", "replace")
    return decoded(data, charset)[0]


def file_name(content_type: dict[str, str], disposition: dict[str, str]) -> str:
    """The name a part gives itself, without folders; empty when it gives none."""
    for source, key in ((disposition, "filename"), (content_type, "name")):
        name = decoded_words(source.get(key, ""))
        if name:
            return one_line(re.split(r"[\\/]", name)[-1])[:255] or one_line(name)[:255]
    return ""
