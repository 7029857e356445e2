"""Text: an explanation as lines for a terminal or a file of a given width."""

from collections.abc import Iterator
from datetime import tzinfo

from streams.explanation.explain import Explanation
from streams.explanation.timeline import draw
from streams.readable import wrapped

NARROWEST = 40
WIDEST = 110


def text(explanation: Explanation, width: int, zone: tzinfo) -> Iterator[str]:
    """Headline, timeline and sections in `width` columns; a section's title has no indent."""
    width = min(max(width, NARROWEST), WIDEST)
    yield from wrapped(explanation.headline, width)
    yield ""
    yield from draw(explanation.timeline, width, zone)
    for section in explanation.sections:
        yield ""
        yield section.title
        yield from wrapped((f"  {line}" for line in section.lines), width)
