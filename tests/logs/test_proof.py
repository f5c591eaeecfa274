"""A delivered set is proved whole, or what is wrong with it is named by number."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.checkpoint import CHECKPOINT, SEALER, Checkpoint, checkpoint_event
from logs.delivered import NUMBER, PREVIOUS, SEAL, Delivered, fields_of
from logs.diagnosis import Wrong
from logs.hashing import Hash
from logs.model import Event, EventId, Sealed
from logs.proof import Report, Source, Witness, prove
from logs.report import report_text
from logs.seal import GENESIS, Head, chained, sealed_over
from tests.logs.factories import NOON, a_checkpoint, an_event

LENGTH = 9
CHAIN = chained([an_event(number) for number in range(1, LENGTH + 1)], Head(), at=NOON)
END = Head(LENGTH, CHAIN[-1].seal)
SIGNER = Ed25519Signer(bytes(range(32)))


def found(links: Sequence[Sealed | dict[str, object] | None]) -> list[Delivered]:
    """Records as they would be found in a file, in this order."""
    return [
        Delivered(place, fields_of(link) if isinstance(link, Sealed) else link)  # type: ignore[arg-type]
        for place, link in enumerate(links, start=1)
    ]


def proof(links: Sequence[Sealed | dict[str, object] | None], *witnesses: Witness) -> Report:
    return prove(lambda: found(links), witnesses=witnesses, verify=verified)


def named(report: Report) -> list[tuple[Wrong, int | None]]:
    return [(finding.wrong, finding.first) for finding in report.findings]


def altered(link: Sealed, **changes: object) -> dict[str, object]:
    return {**fields_of(link), **changes}


def resealed(link: Sealed, text: str, previous: str | None = None) -> Sealed:
    """A forgery that is sound by itself."""
    behind = link.previous if previous is None else previous
    return replace(link, text=text, previous=behind, seal=sealed_over(behind, text))


def test_an_untouched_log_is_proved() -> None:
    report = proof(CHAIN, Witness(Source.WITNESS, END), Witness(Source.RECEIPT, END))
    assert report.proved
    assert (report.records, report.head) == (LENGTH, END)


def test_a_witness_of_an_earlier_end_is_enough() -> None:
    assert proof(CHAIN, Witness(Source.WITNESS, Head(4, CHAIN[3].seal))).proved


def test_no_record_proves_nothing() -> None:
    assert named(proof([])) == [(Wrong.EMPTY, None)]


@given(st.integers(0, LENGTH - 1))
def test_a_missing_record_is_named(at: int) -> None:
    report = proof([*CHAIN[:at], *CHAIN[at + 1 :]], Witness(Source.RECEIPT, END))
    assert named(report) == [(Wrong.CUT_OFF if at == LENGTH - 1 else Wrong.MISSING, at + 1)]


@given(st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_missing_records_are_named_as_a_range(one: int, other: int) -> None:
    first, last = sorted((one, other))
    left = [*CHAIN[:first], *CHAIN[last:]]
    report = proof(left, Witness(Source.WITNESS, END))
    gone = [(finding.first, finding.last or finding.first) for finding in report.findings]
    assert gone == ([] if first == last else [(first + 1, last)])


def test_an_end_cut_off_is_seen_only_against_a_witness() -> None:
    cut = CHAIN[:5]
    assert proof(cut).proved
    assert "外部凭证" in report_text(proof(cut))
    assert named(proof(cut, Witness(Source.WITNESS, END))) == [(Wrong.CUT_OFF, 6)]


@given(st.integers(0, LENGTH - 1), st.data())
def test_a_change_of_any_field_is_named_with_the_field(at: int, data: st.DataObject) -> None:
    fields = fields_of(CHAIN[at])
    name = data.draw(st.sampled_from(sorted(fields)))
    was = fields[name]
    now = was + 1 if isinstance(was, int) else f"{was}x"
    report = proof([*CHAIN[:at], altered(CHAIN[at], **{name: now}), *CHAIN[at + 1 :]], Witness(Source.RECEIPT, END))
    assert named(report) == [(Wrong.ALTERED, at + 1)]
    assert name in report.findings[0].differs


def test_an_altered_record_is_named_with_its_time_kind_and_id() -> None:
    forged = altered(CHAIN[3], body=CHAIN[3].text.replace('"rows":4', '"rows":9'))
    (finding,) = proof([*CHAIN[:3], forged, *CHAIN[4:]]).findings
    assert (finding.first, finding.at, finding.kind, finding.event) == (
        4,
        "2026-11-23T04:00:04.000000Z",
        "query.run",
        "e4",
    )
    assert finding.differs == ("body",)


def test_an_unreadable_record_is_named_by_its_neighbours() -> None:
    assert named(proof([*CHAIN[:3], None, *CHAIN[4:]])) == [(Wrong.ALTERED, 4)]
    assert named(proof([None, *CHAIN[1:]])) == [(Wrong.ALTERED, 1)]


def test_a_record_that_claims_another_number_is_found_by_its_seal() -> None:
    forged = altered(CHAIN[3], **{"body": CHAIN[3].text.replace('"seq":4', '"seq":8'), NUMBER: 8})
    assert named(proof([*CHAIN[:3], forged, *CHAIN[4:]])) == [(Wrong.ALTERED, 4)]


@given(st.integers(0, LENGTH - 1))
def test_a_record_sealed_anew_is_betrayed_by_its_successor_or_a_witness(at: int) -> None:
    forged = resealed(CHAIN[at], CHAIN[at].text.replace('"agreement":"a1"', '"agreement":"a9"'))
    honest = [Delivered(place, fields_of(link)) for place, link in enumerate(CHAIN, start=1)]
    link = replace(
        CHAIN[at],
        event=replace(CHAIN[at].event, facts=CHAIN[at].event.facts | {"agreement": "a9"}),
        text=forged.text,
        seal=forged.seal,
    )  # type: ignore[operator]
    honest[at] = Delivered(at + 1, fields_of(link))
    report = prove(lambda: honest, witnesses=[Witness(Source.RECEIPT, END)])
    assert [finding.first for finding in report.findings] == [at + 1]
    assert report.findings[0].wrong in (Wrong.REPLACED, Wrong.CONTRADICTED)


@given(st.integers(0, LENGTH), st.booleans())
def test_an_inserted_record_is_named(at: int, linked: bool) -> None:  # noqa: FBT001
    behind = CHAIN[at - 1].seal if linked and at else GENESIS
    (forged,) = chained([an_event(77)], Head(at, behind), at=NOON)
    report = proof([*CHAIN[:at], forged, *CHAIN[at:]], Witness(Source.RECEIPT, END))
    assert not report.proved
    assert at + 1 in {finding.first for finding in report.findings}
    assert {finding.wrong for finding in report.findings} <= {Wrong.INSERTED, Wrong.UNRECEIVED, Wrong.REPLACED}


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH))
def test_a_record_delivered_twice_is_named(which: int, where: int) -> None:
    report = proof([*CHAIN[:where], CHAIN[which], *CHAIN[where:]])
    assert (Wrong.REPEATED, which + 1) in named(report)


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_records_swapped_are_both_named(one: int, other: int) -> None:
    links = list(CHAIN)
    links[one], links[other] = links[other], links[one]
    expected = [] if one == other else sorted([(Wrong.MOVED, one + 1), (Wrong.MOVED, other + 1)])
    assert sorted(named(proof(links))) == expected


def test_one_record_moved_far_is_named_alone() -> None:
    links = [*CHAIN[:1], *CHAIN[2:], CHAIN[1]]
    assert named(proof(links)) == [(Wrong.MOVED, 2)]


def test_records_beyond_the_receipts_are_named() -> None:
    report = proof(CHAIN, Witness(Source.RECEIPT, Head(6, CHAIN[5].seal)))
    assert named(report) == [(Wrong.UNRECEIVED, 7)]
    assert report.findings[0].last == LENGTH


def test_a_whole_log_made_up_anew_is_contradicted_by_a_witness() -> None:
    forged = chained([an_event(number, subject="query:x") for number in range(1, LENGTH + 1)], Head(), at=NOON)
    assert proof(forged).proved
    assert named(proof(forged, Witness(Source.WITNESS, Head(5, CHAIN[4].seal)))) == [(Wrong.CONTRADICTED, 5)]


def with_checkpoint(*events: Event, signer: Ed25519Signer = SIGNER) -> list[Sealed]:
    links = chained(events, Head(), at=NOON)
    end = Head(links[-1].seq, links[-1].seal)
    return [*links, *chained([a_checkpoint(links, signer)], end, at=NOON)]


def test_a_signed_checkpoint_is_counted_with_its_key() -> None:
    links = with_checkpoint(an_event(1), an_event(2))
    report = prove(lambda: found(links), verify=verified, keys=frozenset({SIGNER.key}))
    assert report.proved
    assert (report.checkpoints, report.signed_up_to, report.keys) == (1, 2, {SIGNER.key})


def test_a_log_made_up_anew_fails_at_its_checkpoint() -> None:
    genuine = with_checkpoint(an_event(1), an_event(2))
    checkpoint = genuine[-1].event
    forged = chained([an_event(1, subject="query:x"), an_event(2)], Head(), at=NOON)
    end = Head(2, forged[-1].seal)
    copied = [*forged, *chained([checkpoint], end, at=NOON)]
    assert named(proof(copied)) == [(Wrong.BAD_CHECKPOINT, 3)]
    adapted = replace(checkpoint, facts={**checkpoint.facts, "seal": end.seal, "root": root_over(forged)})
    refitted = [*forged, *chained([adapted], end, at=NOON)]
    (finding,) = proof(refitted).findings
    assert finding.differs == ("signature",)


def root_over(links: Sequence[Sealed]) -> str:
    return str(a_checkpoint(links, SIGNER).facts["root"])


def test_a_checkpoint_whose_root_is_not_the_trees_is_named() -> None:
    links = chained([an_event(1), an_event(2)], Head(), at=NOON)
    other = chained([an_event(1), an_event(3)], Head(), at=NOON)
    end = Head(2, links[-1].seal)
    covering = Checkpoint(2, end.seal, root_over(other), Hash.SHA256)
    event = checkpoint_event(covering, SIGNER, id=EventId("c"), at=NOON)
    (finding,) = proof([*links, *chained([event], end, at=NOON)]).findings
    assert (finding.wrong, finding.first, finding.differs) == (Wrong.BAD_CHECKPOINT, 3, ("root",))


def test_a_checkpoint_signed_with_another_key_is_named() -> None:
    links = with_checkpoint(an_event(1), signer=Ed25519Signer(bytes(32)))
    report = prove(lambda: found(links), verify=verified, keys=frozenset({SIGNER.key}))
    assert [finding.differs for finding in report.findings] == [("key",)]


@pytest.mark.parametrize("facts", [{}, {"seq": 1}, {"seq": "1", "seal": GENESIS, "key": "zz", "signature": "zz"}])
def test_a_checkpoint_without_a_signature_is_named(facts: dict[str, str]) -> None:
    links = chained([an_event(1), Event(EventId("c"), CHECKPOINT, NOON, SEALER, "log:1", facts)], Head(), at=NOON)
    assert named(proof(links)) == [(Wrong.BAD_CHECKPOINT, 2)]


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ["被篡改", "缺失", "第 4 号"]), ("en", ["altered", "missing", "record 4"])]
)
def test_the_report_says_it_in_words(language: str, words: list[str]) -> None:
    forged = altered(CHAIN[3], **{SEAL: GENESIS, PREVIOUS: "x"})
    text = report_text(proof([*CHAIN[:3], forged, *CHAIN[6:]]), language)  # type: ignore[arg-type]
    assert all(word in text for word in words)
    assert "5–6" in text


def test_a_long_list_of_faults_is_cut_and_counted() -> None:
    links = chained([an_event(number) for number in range(1, 300)], Head(), at=NOON)
    text = report_text(proof(links[::2]), "en")
    assert text.count("missing") == 100
    assert "and 49 more" in text
