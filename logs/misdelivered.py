"""What a receiver refuses to take in, said by number; it never quotes what it refuses."""

from typing import ClassVar

from logs.errors import Language, Refusal


class Misdelivered(Refusal):
    """A delivery that the receiver does not take: nothing of it is kept but a note of the incident."""

    kind = "log-misdelivered"
    title: ClassVar[dict[Language, str]] = {"zh": "日志投递有误", "en": "Wrong delivery of log records"}

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "本次投递未被接收；请核验发送方日志后重新投递。"
        return "Nothing of this delivery was taken; verify the sender's log and deliver again."


class GapInDelivery(Misdelivered):
    """Records are missing between the receiver's last and the ones delivered."""

    kind = "log-gap"
    title: ClassVar[dict[Language, str]] = {"zh": "日志不连续", "en": "Records are missing"}

    def __init__(self, expected: int, seq: int) -> None:
        super().__init__(seq)
        self.expected = expected

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"应为第 {self.expected} 号记录，收到的是第 {self.seq} 号。"
        return f"Record {self.expected} comes next, record {self.seq} was delivered."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return f"请从第 {self.expected} 号记录起重新投递。"
        return f"Deliver again from record {self.expected} on."


class AlteredDuplicate(Misdelivered):
    """A record delivered before came again with other contents."""

    kind = "log-altered-duplicate"
    title: ClassVar[dict[Language, str]] = {"zh": "重复投递的记录内容不同", "en": "A record came again, altered"}

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.seq} 号记录此前已接收，此次内容不同。"
        return f"Record {self.seq} was taken before, with other contents."


class BrokenChain(Misdelivered):
    """The next record is not sealed after the receiver's last."""

    kind = "log-broken-chain"
    title: ClassVar[dict[Language, str]] = {"zh": "日志链断裂", "en": "The chain is broken"}

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.seq} 号记录并非封印于本端最后一条记录之后。"
        return f"Record {self.seq} was not sealed after the last record held here."


class AlteredRecord(Misdelivered):
    """A record whose fields or seal do not agree with its text."""

    kind = "log-altered-record"
    title: ClassVar[dict[Language, str]] = {"zh": "记录与其封印不符", "en": "A record does not agree with its seal"}

    def __init__(self, seq: int, differs: tuple[str, ...]) -> None:
        super().__init__(seq)
        self.differs = differs

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.seq} 号记录不符之处：{'、'.join(self.differs)}。"
        return f"Record {self.seq} differs in: {', '.join(self.differs)}."


class WrongCheckpoint(Misdelivered):
    """A checkpoint that does not agree with the log held here, or is not signed by the platform's key."""

    kind = "log-wrong-checkpoint"
    title: ClassVar[dict[Language, str]] = {"zh": "检查点不成立", "en": "A checkpoint does not hold"}

    def __init__(self, seq: int, differs: tuple[str, ...]) -> None:
        super().__init__(seq)
        self.differs = differs

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.seq} 号检查点不符之处：{'、'.join(self.differs)}。"
        return f"The checkpoint in record {self.seq} differs in: {', '.join(self.differs)}."


class UnreadableRecord(Misdelivered):
    """A log record that is not a sealed event; `seq` is its place in the delivery, counted from 1."""

    kind = "log-unreadable-record"
    title: ClassVar[dict[Language, str]] = {"zh": "不是封印过的事件记录", "en": "Not a sealed event"}

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"本次投递的第 {self.seq} 条不是封印过的事件记录。"
        return f"Item {self.seq} of the delivery is not a sealed event."


class UnreadableDelivery(Misdelivered):
    """A delivery that is not an OTLP request for log records, or is too large; `seq` is how many bytes came."""

    kind = "log-unreadable-delivery"
    title: ClassVar[dict[Language, str]] = {"zh": "无法解析的投递", "en": "Unreadable delivery"}

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"收到的 {self.seq} 字节不是 OTLP 日志请求，或超过上限。"
        return f"The {self.seq} bytes received are not an OTLP request for log records, or are too many."
