"""What every answer of ours carries so that a browser trusts nothing else, and where links may
lead.

Pages load scripts, styles and images from us alone, run nothing inline and are framed by nobody. A
mail's own markup gets a policy of its own (``mail_markup``), under which it can load nothing at
all.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Nearly every answer tells of somebody's case; what may be kept says so itself.
    "Cache-Control": "no-store",
}
HOME = "/cases"


class SecurityHeaders:
    """Adds ``HEADERS`` to every answer; a header that a route set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and the answer back, with the headers in it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def safe_next(target: str) -> str:
    """Where to go after signing in: a page of ours, or the list of cases when it is anything else.

    Browsers read a backslash as a slash and skip control characters, so an address with either
    could lead elsewhere.
    """
    is_odd = "\\" in target or any(ord(character) <= 0x20 for character in target)
    if is_odd or not target.startswith("/") or target.startswith("//"):
        return HOME
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path.startswith("/sign-"):
        return HOME
    return target


def page_of(method: str, path: str, query: str) -> str:
    """The page somebody was on when they sent this request: of a form, the page it stood on."""
    if method == "GET":
        return f"{path}?{query}" if query else path
    if path.startswith("/cases/"):
        return "/".join(path.split("/")[:3])
    return "/operations" if path.startswith("/operations/") else HOME
