"""What can go wrong on a resource's way into the development catalog."""

from collections.abc import Sequence
from typing import ClassVar

from catalog.errors import Worded
from logs.errors import Language, Refusal

Title = dict[Language, str]


class EntryUnknown(Worded, Refusal):
    """No resource of that id is registered, or none that the caller may know of."""

    kind: ClassVar[str] = "resource-unknown"
    title: ClassVar[Title] = {"zh": "没有该数据资源", "en": "There is no such resource"}
    said: ClassVar = {"zh": "没有数据资源 {id}", "en": "there is no resource {id}"}
    instead: ClassVar = {"zh": "在开发目录中查找", "en": "look it up in the development catalog"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class NoReport(Worded, Refusal):
    """A resource without synthetic sample data has no report on how far it lets anybody be told apart."""

    kind: ClassVar[str] = "no-reidentification-report"
    title: ClassVar[Title] = {"zh": "没有再识别风险报告", "en": "There is no report on re-identification"}
    said: ClassVar = {
        "zh": "数据资源 {id} 没有合成样例数据（尚未到达，或属普遍开放），无需评估",
        "en": "the resource {id} has no synthetic sample (it has not arrived, or is open): there is nothing to assess",
    }
    instead: ClassVar = {"zh": "查看含隐私单元的数据资源", "en": "look at a resource with a privacy unit"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class EditionUnknown(Worded, Refusal):
    """The development catalog has no edition of that number."""

    kind: ClassVar[str] = "edition-unknown"
    title: ClassVar[Title] = {"zh": "没有该版次的开发目录", "en": "There is no such edition"}
    said: ClassVar = {"zh": "开发目录没有第 {number} 版", "en": "the development catalog has no edition {number}"}
    instead: ClassVar = {"zh": "先编制该版次", "en": "compile it first"}

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class EntryExists(Worded, Refusal):
    """A resource of that id is registered already."""

    kind: ClassVar[str] = "resource-exists"
    title: ClassVar[Title] = {"zh": "数据资源已登记", "en": "The resource is registered already"}
    said: ClassVar = {"zh": "数据资源 {id} 已经登记", "en": "the resource {id} is registered already"}
    instead: ClassVar = {"zh": "作为新版本提交", "en": "hand it in as a new version"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class EntryChanged(Worded, Refusal):
    """Somebody else changed the thing between reading and saving it."""

    kind: ClassVar[str] = "entry-changed"
    title: ClassVar[Title] = {"zh": "已被他人更改", "en": "Somebody else changed it meanwhile"}
    said: ClassVar = {"zh": "{id} 在读取之后已被更改", "en": "{id} was changed after it had been read"}
    instead: ClassVar = {"zh": "重新读取后再办理", "en": "read it again and decide anew"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class MoveImpossible(Worded, Refusal):
    """The entry or edition is in a state from which that cannot be done."""

    kind: ClassVar[str] = "catalog-move-impossible"
    title: ClassVar[Title] = {"zh": "当前状态不允许此操作", "en": "Not possible in this state"}
    said: ClassVar = {
        "zh": "{id} 处于“{state}”状态，不能执行“{move}”",
        "en": "{id} is {state}: {move} is not possible",
    }
    instead: ClassVar = {"zh": "此时可执行：{possible}", "en": "what is possible: {possible}"}

    def __init__(self, id: str, state: str, move: str, possible: Sequence[str]) -> None:
        super().__init__(id, state, move)
        self.id = id
        self.state = state
        self.move = move
        self.possible = ", ".join(possible) or "-"


class NotGraded(Worded, Refusal):
    """Columns without a grade: a resource with such a column cannot be cleared or published."""

    kind: ClassVar[str] = "columns-not-graded"
    title: ClassVar[Title] = {"zh": "信息项尚未分级", "en": "Columns are not graded"}
    said: ClassVar = {"zh": "{id} 的信息项尚未分级：{listed}", "en": "columns of {id} are not graded: {listed}"}
    instead: ClassVar = {"zh": "先为每个信息项定级", "en": "grade every column first"}

    def __init__(self, id: str, columns: Sequence[str]) -> None:
        super().__init__(id, columns)
        self.id = id
        self.columns = tuple(columns)
        self.listed = ", ".join(columns)


class NotListable(Worded, Refusal):
    """Resources that cannot stand in an edition: barred, undecided, without rows or without sample data."""

    kind: ClassVar[str] = "not-listable"
    title: ClassVar[Title] = {"zh": "不能列入开发目录", "en": "They cannot be listed"}
    said: ClassVar = {"zh": "不能列入开发目录：{zh}", "en": "these cannot be listed: {en}"}
    instead: ClassVar = {
        "zh": "完成定级、审定与样例数据后再编制；三类禁止的资源不得列入",
        "en": "grade them, have them decided on and give sample data; the three prohibited classes are never listed",
    }

    def __init__(self, reasons: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(tuple(reasons))
        self.reasons = tuple(reasons)
        self.zh = "；".join(f"{id}（{reason}）" for id, reason, _ in reasons)
        self.en = "; ".join(f"{id} ({reason})" for id, _, reason in reasons)


class ReasonMissing(Worded, Refusal):
    """A decision, an override or a withdrawal was given without its reason."""

    kind: ClassVar[str] = "reason-missing"
    title: ClassVar[Title] = {"zh": "缺少理由", "en": "The reason is missing"}
    said: ClassVar = {"zh": "对 {id} 的决定没有写明理由", "en": "the decision on {id} gives no reason"}
    instead: ClassVar = {"zh": "写明理由", "en": "give the reason"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id
