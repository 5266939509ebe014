"""Numbers of things in words."""


def counted(number: int, thing: str, things: str = "") -> str:
    """How many: "1 tag", "2,345 tags"; `things` where the plural is not `thing` with an s."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
