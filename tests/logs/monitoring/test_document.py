"""Alert rules are data: what ships reads, what has no meaning is refused as a whole with every place."""

import pytest

from logs.monitoring.document import read_rules, shipped_rules
from logs.monitoring.errors import AlertRulesWrong
from logs.monitoring.rule import Pattern, Severity

LEAST = "{id: a, title: {zh: 甲, en: A}, pattern: counted, severity: notice, minutes: 5, kinds: [query.run]}"


def test_the_rules_that_ship_read() -> None:
    assert len(shipped_rules()) >= 9
    assert len({rule.id for rule in shipped_rules()}) == len(shipped_rules())


def test_a_rule_of_the_bureaus_own_reads() -> None:
    (rule,) = read_rules(f"rules: [{LEAST}]")
    assert (rule.id, rule.pattern, rule.severity, rule.minutes) == ("a", Pattern.COUNTED, Severity.NOTICE, 5)


def other(old: str, new: str) -> str:
    """The least rule with one thing said otherwise."""
    return f"rules: [{LEAST.replace(old, new)}]"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rules: [", "-"),
        ("rules: {}", "rules"),
        ("[]", "rules"),
        ("rules: [1]", "rules[0]"),
        (f"rules: [{LEAST}, {LEAST}]", "rules"),
        (other("id: a, ", ""), "rules[0].id"),
        (other("counted", "guessed"), "rules[0].pattern"),
        (other("notice", "loud"), "rules[0].severity"),
        (other("minutes: 5", "minutes: 0"), "rules[0].minutes"),
        (other("query.run", "query.dreamt"), "rules[0].kinds"),
        (other("kinds: [query.run]", "most: 3"), "rules[0].kinds"),
        (other("minutes: 5", "minutes: 5, by: mood"), "rules[0].by"),
        (other("minutes: 5", "minutes: 5, hours: [9, 8]"), "rules[0].hours"),
        (other("minutes: 5", "minutes: 5, hours: [7, 8, 9]"), "rules[0].hours"),
        (other("minutes: 5", "minutes: 5, least: 2"), "rules[0].least"),
        (other("minutes: 5", "minutes: 5, colour: red"), "rules[0].colour"),
        (other("zh: 甲, ", ""), "rules[0].title"),
        (other("minutes: 5", "minutes: 5, facts: {reason: x}"), "rules[0].facts"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(AlertRulesWrong) as refused:
        read_rules(text)
    assert [flaw.where for flaw in refused.value.flaws] == [place]
    assert place in refused.value.detail("zh")
