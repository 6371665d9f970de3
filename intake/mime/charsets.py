"""Bytes to text, whatever character set the sender claimed.

Decides which codec a label really means and what to do when the bytes disagree with it. Leaves
transfer encodings (base64 and the like) to `transfer`.
"""

import codecs
import re
from functools import lru_cache

REPLACEMENT = "\ufffd"

# Mail programs use these labels for a wider set than the standard gives them (the WHATWG Encoding
# Standard makes the same choices), or for sets Python knows by another name.
_CODEC_BY_LABEL = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "ansi_x3.110-1983": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "ansi": "cp1252",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
}
_VAGUE = {"", "utf-8", "cp1252"}
_LEFT_OUT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """The Python codec a charset label means; empty when the label is missing or unknown."""
    name = label.strip().strip("\"'<>").lower().split("$")[0].lstrip("_").replace(" ", "")
    if name in _CODEC_BY_LABEL:
        return _CODEC_BY_LABEL[name]
    name = re.sub(r"^(?:cs|x-)?(?=windows-?125\d$)", "", name)
    name = re.sub(r"^(?:windows|cp)-?(?=125\d$)", "cp", name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    # Codecs such as hex or rot13 are transforms, not character sets.
    return found.name if getattr(found, "_is_text_encoding", False) and name != "idna" else ""


def decoded(data: bytes, label: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether every byte was read as its label says.

    - A byte order mark wins over the label.
    - UTF-8 that is valid wins over a missing, ASCII or Western label: other text is almost never
      valid UTF-8 by accident, and the mislabelling is common.
    - Bytes that are not valid in their label are read as UTF-8, then Windows-1252, before marks of
      replacement are used.
    """
    codec = codec_of(label)
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-16"
    known = bool(codec) or not label.strip()
    if data.isascii() and codec in _VAGUE:
        return _from_ascii(data, known=known)
    for candidate in _candidates(codec):
        try:
            return data.decode(candidate), known and candidate in (codec or "utf-8", "utf-8")
        except (UnicodeError, ValueError):
            continue
    return data.decode(_lenient(codec), "replace"), False


def _from_ascii(data: bytes, *, known: bool) -> tuple[str, bool]:
    # A message without a label may still be ISO-2022-JP, which is all ASCII bytes.
    if b"\x1b$" in data or b"\x1b(J" in data:
        try:
            return data.decode("iso2022_jp_ext"), True
        except UnicodeError:
            pass
    return data.decode("ascii"), known


def _candidates(codec: str) -> tuple[str, ...]:
    if codec in _VAGUE:
        return ("utf-8", "cp1252")
    if codec == "utf-7":
        return ("utf-7", "utf-8")
    return (
        (codec, "utf-8", "cp1252") if codec.startswith(("cp125", "iso8859")) else (codec, "utf-8")
    )


def _lenient(codec: str) -> str:
    return "cp1252" if codec in _VAGUE else codec


def clean_text(text: str) -> str:
    """Text without control characters, NULs, lone surrogates and marks of byte order."""
    return _LEFT_OUT.sub("", _LINE_ENDS.sub("\n", text))
