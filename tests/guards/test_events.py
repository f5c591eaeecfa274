"""Every kind of event that the code speaks of stands in the one catalogue, and the catalogue reads well."""

import ast
import re
from collections.abc import Mapping

from logs.kinds import KINDS

KIND = re.compile(r"([a-z]+)\.[a-z_]+")
PAST = re.compile(r"(ed|en|un|wn|ne|lt|force)$")
NOUNS = frozenset(name.partition(".")[0] for name in KINDS)
CATALOGUE = "logs/kinds.py"


def test_every_kind_of_event_named_in_the_code_is_catalogued(trees: Mapping[str, ast.Module]) -> None:
    unknown = [f"{path}:{line} {name}" for path, line, name in _named(trees) if name not in KINDS]
    assert unknown == []


def test_every_kind_in_the_catalogue_is_named_in_both_languages() -> None:
    assert [kind.name for kind in KINDS.values() if not (kind.zh.strip() and kind.en.strip())] == []
    assert [name for name in KINDS if not KIND.fullmatch(name)] == []


def _named(trees: Mapping[str, ast.Module]) -> list[tuple[str, int, str]]:
    """Literals given as the kind of an `Event`, and literals that look like one by their first word.

    `log.…` is left out of the second: delivered records have attributes of such names.
    """
    found = []
    for path, tree in trees.items():
        if path == CATALOGUE:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Event"), keywords=words):
                    given = [word.value for word in words if word.arg == "kind"] + node.args[1:2]
                    found += [(path, node.lineno, value.value) for value in given if isinstance(value, ast.Constant)]
                case ast.Constant(value=str(text), lineno=line):
                    if (like := KIND.fullmatch(text)) and like[1] in NOUNS - {"log"} and PAST.search(text):
                        found.append((path, line, text))
    return found
