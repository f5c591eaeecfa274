"""What can go wrong around the platform: its state folder, its database, its ports, its commands."""

from typing import ClassVar

from logs.errors import Language, Refusal

MEBIBYTE = 1 << 20
LEAST_FREE_BYTES = 64 * MEBIBYTE


class StateNotWritable(Refusal):
    """The state folder cannot be written to."""

    kind: ClassVar[str] = "state-not-writable"
    title: ClassVar[dict[Language, str]] = {
        "zh": "状态目录不可写",
        "en": "The state folder cannot be written to",
    }

    def __init__(self, folder: str, *, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(folder, reason)

    def detail(self, language: Language) -> str:
        """Which folder and what the system said."""
        return {"zh": f"{self.folder}：{self.reason}", "en": f"{self.folder}: {self.reason}"}[language]

    def remedy(self, language: Language) -> str:
        """Another folder, or the right to write."""
        return {
            "zh": "请用 --state 或 XDS_STATE 指定可写的目录，或修正该目录的属主与权限。",
            "en": "Name a writable folder with --state or XDS_STATE, or mend the folder's owner and mode.",
        }[language]


class StateFull(Refusal):
    """The disk under the state folder is full: the platform stops before it loses a record."""

    kind: ClassVar[str] = "state-full"
    title: ClassVar[dict[Language, str]] = {"zh": "状态目录所在磁盘已满", "en": "The disk of the state folder is full"}

    def __init__(self, folder: str, *, free: int, needed: int) -> None:
        self.folder, self.free, self.needed = folder, free, needed
        super().__init__(folder, free, needed)

    def detail(self, language: Language) -> str:
        """How much is left and how much it takes."""
        free, needed = self.free // MEBIBYTE, self.needed // MEBIBYTE
        return {
            "zh": f"{self.folder}：剩余 {free} MiB，至少需要 {needed} MiB。日志不能丢，故停止受理。",
            "en": f"{self.folder}: {free} MiB left, {needed} MiB needed. No record may be lost, so work stops.",
        }[language]

    def remedy(self, language: Language) -> str:
        """Make room."""
        return {
            "zh": "请腾出空间，或用 --state 指定另一磁盘上的目录，然后重试。",
            "en": "Make room, or name a folder on another disk with --state, and try again.",
        }[language]


class DatabaseBusy(Refusal):
    """Others kept the database to themselves for longer than a call may wait."""

    kind: ClassVar[str] = "database-busy"
    title: ClassVar[dict[Language, str]] = {"zh": "数据库繁忙", "en": "The database is busy"}

    def remedy(self, language: Language) -> str:
        """Try again."""
        return {
            "zh": "未做任何更改，请稍后重试。",
            "en": "Nothing was changed; try again shortly.",
        }[language]


class DatabaseOutOfDate(Refusal):
    """The database has not the tables that this version needs, or has newer ones."""

    kind: ClassVar[str] = "database-out-of-date"
    title: ClassVar[dict[Language, str]] = {
        "zh": "数据库结构与程序版本不符",
        "en": "The database does not match this version",
    }

    def __init__(self, found: str | None, expected: str | None) -> None:
        self.found, self.expected = found, expected
        super().__init__(found, expected)

    def detail(self, language: Language) -> str:
        """The two revisions."""
        found, expected = self.found or "-", self.expected or "-"
        return {
            "zh": f"数据库为 {found}，程序需要 {expected}。",
            "en": f"The database is at {found}, the program needs {expected}.",
        }[language]

    def remedy(self, language: Language) -> str:
        """Migrate."""
        return {
            "zh": "请先备份，然后运行 python -m api migrate。",
            "en": "Keep a backup, then run python -m api migrate.",
        }[language]


class DatabaseUnreachable(Refusal):
    """The database does not answer, or its address is not understood."""

    kind: ClassVar[str] = "database-unreachable"
    title: ClassVar[dict[Language, str]] = {"zh": "无法连接数据库", "en": "The database cannot be reached"}

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)

    def detail(self, language: Language) -> str:
        """Which one, without its password."""
        return {"zh": f"地址：{self.address}", "en": f"Address: {self.address}"}[language]

    def remedy(self, language: Language) -> str:
        """What to check."""
        return {
            "zh": "请检查 XDS_DATABASE 以及数据库是否已启动。",
            "en": "Check XDS_DATABASE, and whether the database is up.",
        }[language]


class ResourcePlatformSilent(Refusal):
    """The resource platform, which holds the delivered records, does not answer."""

    kind: ClassVar[str] = "resource-platform-silent"
    title: ClassVar[dict[Language, str]] = {
        "zh": "公共数据资源平台没有应答",
        "en": "The resource platform does not answer",
    }

    def remedy(self, language: Language) -> str:
        """Nothing is lost meanwhile."""
        return {
            "zh": "日志仍在本平台排队，不会丢失；请检查接收端（python -m api receiver）后重试。",
            "en": "Records wait here and none is lost; check the receiver (python -m api receiver) and try again.",
        }[language]


class PortInUse(Refusal):
    """Another program listens on the port already."""

    kind: ClassVar[str] = "port-in-use"
    title: ClassVar[dict[Language, str]] = {"zh": "端口已被占用", "en": "The port is in use"}

    def __init__(self, host: str, port: int, *, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(host, port, reason)

    def detail(self, language: Language) -> str:
        """Which one and what the system said."""
        where = f"{self.host}:{self.port}"
        return {"zh": f"无法监听 {where}（{self.reason}）。", "en": f"Cannot listen on {where} ({self.reason})."}[
            language
        ]

    def remedy(self, language: Language) -> str:
        """Another port."""
        return {
            "zh": "请用 --port 另选端口（0 表示任意空闲端口），或停掉占用它的程序。",
            "en": "Choose another with --port (0 for any free one), or stop the program that has it.",
        }[language]


class PartDidNotStart(Refusal):
    """A part of the platform that was started did not come up."""

    kind: ClassVar[str] = "part-did-not-start"
    title: ClassVar[dict[Language, str]] = {"zh": "有一部分未能启动", "en": "A part did not start"}

    def __init__(self, part: str, *, log: str) -> None:
        self.part, self.log = part, log
        super().__init__(part, log)

    def detail(self, language: Language) -> str:
        """Which part, and where it wrote why."""
        return {
            "zh": f"{self.part} 未能启动；其输出在 {self.log}。",
            "en": f"{self.part} did not start; see {self.log}.",
        }[language]


class StoryBroken(Refusal):
    """A step of the demonstration was refused where it should have been done."""

    kind: ClassVar[str] = "story-broken"
    title: ClassVar[dict[Language, str]] = {"zh": "演示中断", "en": "The demonstration broke off"}

    def __init__(self, who: str, call: str, status: int, said: str) -> None:
        self.who, self.call, self.status, self.said = who, call, status, said
        super().__init__(who, call, status, said)

    def detail(self, language: Language) -> str:
        """Whose call it was, and the answer."""
        del language
        return f"{self.who} {self.call} → {self.status} {self.said}"


class StateTaken(Refusal):
    """The state folder belongs to something else, or something runs on it at the moment."""

    kind: ClassVar[str] = "state-taken"
    title: ClassVar[dict[Language, str]] = {"zh": "状态目录已被使用", "en": "The state folder is taken"}

    def __init__(self, folder: str, *, running: bool) -> None:
        self.folder, self.running = folder, running
        super().__init__(folder, running)

    def detail(self, language: Language) -> str:
        """Which folder, and by what."""
        if self.running:
            return {
                "zh": f"{self.folder} 上有正在运行的平台。",
                "en": f"A platform is running on {self.folder}.",
            }[language]
        return {
            "zh": f"{self.folder} 存有不属于演示的平台数据。",
            "en": f"{self.folder} holds a platform that is not a demonstration's.",
        }[language]

    def remedy(self, language: Language) -> str:
        """Another folder."""
        return {
            "zh": "请用 --state 另指定目录，或先停止正在运行的平台。",
            "en": "Name another folder with --state, or stop what is running first.",
        }[language]


class SettingWrong(Refusal):
    """A setting has a value that cannot be used."""

    kind: ClassVar[str] = "setting-wrong"
    title: ClassVar[dict[Language, str]] = {"zh": "设置有误", "en": "A setting is wrong"}

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(names)

    def detail(self, language: Language) -> str:
        """Which settings, without their values."""
        names = ", ".join(self.names)
        return {"zh": f"无法使用：{names}。", "en": f"Cannot be used: {names}."}[language]


class InternalFault(Refusal):
    """Something in the platform itself went wrong; `number` finds it in the service's own log."""

    kind: ClassVar[str] = "internal-fault"
    title: ClassVar[dict[Language, str]] = {"zh": "平台内部故障", "en": "Something in the platform went wrong"}

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(number)

    def detail(self, language: Language) -> str:
        """The number to quote."""
        return {
            "zh": f"故障编号 {self.number}，未完成的操作已撤销。",
            "en": f"Fault {self.number}; what was unfinished has been undone.",
        }[language]

    def remedy(self, language: Language) -> str:
        """Whom to tell."""
        return {"zh": "请将编号告知平台运营方。", "en": "Tell the operator the number."}[language]
