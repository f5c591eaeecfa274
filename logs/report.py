"""The report of a proof, in words."""

from collections.abc import Iterator, Mapping, Sequence

from logs.canonical import moment
from logs.diagnosis import Finding, Wrong
from logs.errors import Language
from logs.inclusion import RecordProof
from logs.proof import Report, Source

MOST = 100  # findings written out; the rest is counted

_WRONG: Mapping[Wrong, tuple[str, str]] = {
    Wrong.MISSING: ("缺失", "missing"),
    Wrong.CUT_OFF: ("末尾被截断", "cut off at the end"),
    Wrong.ALTERED: ("被篡改", "altered"),
    Wrong.REPLACED: (
        "被替换（与下一条记录所封印的不是同一条）",
        "replaced: not the record its successor was sealed after",
    ),
    Wrong.INSERTED: ("被插入", "inserted"),
    Wrong.REPEATED: ("重复", "repeated"),
    Wrong.MOVED: ("位置被移动", "moved"),
    Wrong.CONTRADICTED: ("与留存凭证不符", "not the record that a witness knows"),
    Wrong.UNRECEIVED: ("接收回执中没有", "not in the receiver's receipts"),
    Wrong.BAD_CHECKPOINT: ("检查点签名不成立", "a checkpoint that does not hold"),
    Wrong.EMPTY: ("没有任何记录，无从证明", "no record at all, which proves nothing"),
}

_PARTS: Mapping[str, tuple[str, str]] = {
    "text": ("记录文本", "the record's text"),
    "path": ("哈希路径", "the path of hashes"),
    "signature": ("检查点签名", "the checkpoint's signature"),
    "key": ("签名公钥不受信任", "the signing key is not trusted"),
}


def report_text(report: Report, language: Language = "zh") -> str:
    """The whole report as text of several lines, Chinese unless English is asked for."""
    return "\n".join(_zh(report) if language == "zh" else _en(report))


def record_text(proof: RecordProof, wrong: Sequence[str], language: Language = "zh", *, trusted: bool) -> str:
    """Whether one record is proved, and by whose signature, as text of several lines."""
    zh = language == "zh"
    checkpoint, key = proof.signed.checkpoint, proof.signed.key
    if wrong:
        parts = ("、" if zh else ", ").join(_PARTS[part][0 if zh else 1] for part in wrong)
        return (
            f"该记录未获证明，不成立之处：{parts}。"
            if zh
            else f"The record is not proved; what does not hold: {parts}."
        )
    link = proof.link()
    about = f"{link.event.kind}, {moment(link.event.at)}, {link.event.id}"
    whose = (
        ("受信任" if trusted else "未指定受信任公钥，请与平台公布的公钥核对")
        if zh
        else ("trusted" if trusted else "no trusted key was given: compare it with the platform's")
    )
    if zh:
        return (
            f"第 {link.seq} 号记录（{about}）确在日志之中，未被篡改。\n"
            f"依据：覆盖至第 {checkpoint.size} 号的签名检查点，树根 {checkpoint.root}（{checkpoint.hash}）\n"
            f"签名公钥：{key}（{whose}）"
        )
    return (
        f"Record {link.seq} ({about}) stands in the log, unaltered.\n"
        f"by the checkpoint over the first {checkpoint.size} records, root {checkpoint.root} ({checkpoint.hash})\n"
        f"signing key: {key} ({whose})"
    )


def finding_text(finding: Finding, language: Language = "zh") -> str:
    """One finding on one line: number, place, time, kind, event, and what differs."""
    zh = language == "zh"
    what = _WRONG[finding.wrong][0 if zh else 1]
    numbers = "?" if finding.first is None else str(finding.first)
    if finding.last not in (None, finding.first):
        numbers += f"–{finding.last}"
    subject = f"第 {numbers} 号记录{what}" if zh else f"record {numbers} {what}"
    particulars = (
        (finding.place, "位于第 {} 处", "at place {}"),
        (finding.at, "时间 {}", "time {}"),
        (finding.kind, "类型 {}", "kind {}"),
        (finding.event, "事件 {}", "event {}"),
        (("、" if zh else ", ").join(finding.differs), "不符之处：{}", "differs in: {}"),
    )
    said = [(chinese if zh else english).format(value) for value, chinese, english in particulars if value]
    return ("；" if zh else "; ").join([what if finding.wrong is Wrong.EMPTY else subject, *said])


def _zh(report: Report) -> Iterator[str]:
    yield "日志完整且未被篡改。" if report.proved else f"日志有 {len(report.findings)} 处问题："
    for finding in report.findings[:MOST]:
        yield f"  - {finding_text(finding, 'zh')}"
    if len(report.findings) > MOST:
        yield f"  - 另有 {len(report.findings) - MOST} 处"
    yield f"记录：{report.records} 条；末尾：第 {report.head.seq} 号，封印 {report.head.seal}"
    receipts, witnesses = _counts(report)
    yield f"比对：接收回执 {receipts} 份，外部凭证 {witnesses} 份，签名检查点 {report.checkpoints} 个"
    for key in sorted(report.keys):
        trust = "受信任" if report.keys_were_given else "未指定受信任公钥，请与平台公布的公钥核对"
        yield f"签名公钥：{key}（{trust}），覆盖至第 {report.signed_up_to} 号"
    if not witnesses:
        yield "提示：未提供外部凭证；若连同回执一起从末尾截断，仅凭本文件无法发现。"


def _en(report: Report) -> Iterator[str]:
    count = len(report.findings)
    yield "The log is complete and unaltered." if report.proved else f"The log has {count} fault{'s'[: count > 1]}:"
    for finding in report.findings[:MOST]:
        yield f"  - {finding_text(finding, 'en')}"
    if count > MOST:
        yield f"  - and {count - MOST} more"
    yield f"records: {report.records}; end: number {report.head.seq}, seal {report.head.seal}"
    receipts, witnesses = _counts(report)
    yield f"compared with: {receipts} receipts, {witnesses} outside witnesses, {report.checkpoints} signed checkpoints"
    for key in sorted(report.keys):
        trust = "trusted" if report.keys_were_given else "no trusted key was given: compare it with the platform's"
        yield f"signing key: {key} ({trust}), covering up to number {report.signed_up_to}"
    if not witnesses:
        yield "note: without an outside witness, an end cut off together with its receipts cannot be seen here."


def _counts(report: Report) -> tuple[int, int]:
    receipts = sum(witness.source is Source.RECEIPT for witness in report.witnesses)
    return receipts, len(report.witnesses) - receipts
