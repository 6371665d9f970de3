"""Text sent as format=flowed (RFC 3676): soft line ends joined again, DelSp honoured."""


def unflowed(text: str, *, delete_space: bool) -> str:
    """The text with its soft line ends undone; lines of different quote depth never join."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        content = content.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        kept = content[:-1] if soft and delete_space else content
        if open_depth == depth and content != "-- ":
            paragraphs[-1].append(kept)
        else:
            paragraphs.append([">" * depth + " " if depth else "", kept])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)
