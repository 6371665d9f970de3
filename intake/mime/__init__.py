"""Bytes of a mail to a message an officer can read: the one way in is `parse_message`."""

from intake.mime.identity import message_identity
from intake.mime.parsed import Attachment, Automatic, ParsedMessage, parsed_as_json
from intake.mime.parsing import attachment_content, parse_message

__all__ = [
    "Attachment",
    "Automatic",
    "ParsedMessage",
    "attachment_content",
    "message_identity",
    "parse_message",
    "parsed_as_json",
]
