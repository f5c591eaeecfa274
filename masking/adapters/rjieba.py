"""Names of people that word segmentation sees in running Chinese text, beside those a cue word gives away."""

import re
from collections.abc import Iterator

import rjieba

from masking.model import Kind, Mention
from masking.words import FORMS_OF_ADDRESS, person_name

PERSON_TAGS = frozenset({"nr", "nrt", "nrfg"})
RUNNING = 10  # characters from which a text counts as running; shorter ones are labels, where tags mean little
_PLACE_AFTER = re.compile(r"[路街巷弄里村镇乡区县市省道桥站店厂楼园公医学中银超酒东南西北二三四五六七八九至]")
_PLACE_INSIDE = frozenset("路街道段至")


def names_by_words(text: str) -> Iterator[Mention]:
    """Words tagged as a person's name that also begin with a surname and are not followed by a place's ending."""
    if len(text) < RUNNING:
        return
    place = 0
    for word, tag in rjieba.tag(text):
        place = text.find(word, place)
        end = place + len(word)
        place_like = _PLACE_AFTER.match(text, end) or not _PLACE_INSIDE.isdisjoint(word)
        named = tag in PERSON_TAGS and person_name(word) and not word.endswith(FORMS_OF_ADDRESS)
        if named and not place_like:
            yield Mention(Kind.PERSON_NAME, place, end, 0.5, "segmentation_and_surname")
        place = end
