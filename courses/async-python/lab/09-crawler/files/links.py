"""What a page of our little web looks like: words, and addresses in double brackets."""
import re

_LINK = re.compile(r"\[\[([^\]]+)\]\]")


def links(text):
    """The addresses that a page leads to, in their order."""
    return _LINK.findall(text)
