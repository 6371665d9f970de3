"""Makes a mail's own markup safe to look at.

Three layers, each enough alone: the markup is cleaned to a short list of tags without any attribute
that loads or links; the page it stands in may load nothing by its policy; and both that policy and
the frame around it put it in a sandbox without scripts, forms or an origin.
"""

import base64
import hashlib

import nh3

# A sandboxed page has no origin and may not load even our own style sheet: it brings its rules.
STYLE = (
    "body{margin:15px;font:16px/1.5 arial,sans-serif;color:#0b0c0c;background:#fff;"
    "overflow-wrap:anywhere}table{border-collapse:collapse}"
    "td,th{padding:2px 6px;vertical-align:top}"
    "blockquote{margin:0 0 0 10px;padding-left:10px;border-left:3px solid #b1b4b6}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
TAGS = {
    "abbr", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "dd", "del", "div",
    "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre",
    "q", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
NEVER_SHOWN = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "svg",
    "math",
    "iframe",
    "object",
}


def cleaned(markup: str) -> str:
    """The words of the markup and their arrangement; nothing that acts, loads or leads away."""
    return nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=NEVER_SHOWN,
        strip_comments=True,
        url_schemes=set(),
    )
