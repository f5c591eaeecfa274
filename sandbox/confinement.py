"""The rings that confine a query worker: what each stops, and which of them the administrator demands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.errors import RingsMissing
from sandbox.reasons import Text


class RingName(StrEnum):
    """What confines a worker, from the outside in."""

    USER = "user"
    ROOT = "root"
    SNAPSHOTS = "snapshots"
    NETWORK = "network"
    LIMITS = "limits"
    PRIVILEGES = "privileges"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    ENGINE = "engine"


STOPS: Mapping[RingName, Text] = {
    RingName.USER: {
        "zh": "以专用的非特权用户运行：不能读写其他用户的文件，不能终止其他进程",
        "en": "a user of its own: files and processes of others are out of reach",
    },
    RingName.ROOT: {
        "zh": "根目录即其快照目录：看不到其他任何路径",
        "en": "the folder of its snapshots is its root: no other path exists",
    },
    RingName.SNAPSHOTS: {
        "zh": "目录中只有当前语句所读的快照：看不到其他资源的数据",
        "en": "its folder holds the running statement's snapshots alone: the data of other resources is out of sight",
    },
    RingName.NETWORK: {
        "zh": "独立的网络命名空间，没有网卡：无法连接任何地址",
        "en": "a network namespace with no interface: no address can be reached",
    },
    RingName.LIMITS: {
        "zh": "限制内存、处理器时间、打开文件、文件大小与进程数",
        "en": "limits on memory, CPU time, open files, file size and processes",
    },
    RingName.PRIVILEGES: {
        "zh": "不能取得新的特权，没有任何能力位，环境变量与文件描述符均已清空",
        "en": "no way to gain privileges, no capabilities, no environment, no inherited descriptors",
    },
    RingName.LANDLOCK: {
        "zh": "内核只允许读取快照目录中的文件：不能列目录、写入、执行、联网或向外发信号",
        "en": "the kernel allows reading the snapshots alone: no listing, writing, executing, TCP or signals",
    },
    RingName.SECCOMP: {
        "zh": "只允许名单内的系统调用：不能建立套接字、派生进程、执行程序、调试、以写方式打开文件",
        "en": "system calls by allow-list: no sockets, processes, programs, tracing, no opening for writing",
    },
    RingName.ENGINE: {
        "zh": "查询引擎自身的锁：关闭外部访问与文件系统，不装载扩展，配置锁定",
        "en": "the engine's own locks: no external access, no file system, no extensions, configuration locked",
    },
}


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring of confinement, whether this machine offers it, and what it stops."""

    name: RingName
    available: bool

    @property
    def stops(self) -> Text:
        """What the ring stops, in both languages."""
        return STOPS[self.name]


def answers_once(standing: Collection[RingName]) -> bool:
    """Whether a worker inside those rings sees files that it may not read: no second engine opens there."""
    return RingName.LANDLOCK in standing and RingName.ROOT not in standing


def require_rings(rings: tuple[Ring, ...], demanded: frozenset[RingName]) -> None:
    """Refuse to serve raw data when a ring that the administrator demands is missing; raises `RingsMissing`."""
    missing = tuple(ring for ring in rings if ring.name in demanded and not ring.available)
    absent = demanded - {ring.name for ring in rings}
    if missing or absent:
        raise RingsMissing(tuple(sorted({ring.name for ring in missing} | absent)))
