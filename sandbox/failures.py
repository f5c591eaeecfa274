"""Why a statement gave no answer, in words that quote no value, and what usually helps."""

from collections.abc import Mapping
from enum import StrEnum

from sandbox.reasons import Text


class Failure(StrEnum):
    """Why a statement gave no answer. The engine's own words are never passed on: they quote values."""

    OUT_OF_MEMORY = "out-of-memory"
    CONVERSION = "conversion"
    OUT_OF_RANGE = "out-of-range"
    DIVISION_BY_ZERO = "division-by-zero"
    INVALID_INPUT = "invalid-input"
    SYNTAX = "syntax"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too-large"
    UNAVAILABLE = "unavailable"  # no worker or no snapshot
    LOST = "lost"  # the platform stopped before the query had ended
    BUDGET = "budget"
    DIFFERENCE = "difference"
    WORKSPACE = "workspace"  # a table did not fit, or the workspace changed meanwhile
    OTHER = "other"


class Killed(StrEnum):
    """Why a worker's process was ended before it answered."""

    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    STOPPED = "stopped"  # its agreement or resource was stopped (Article 18)
    DIED = "died"  # the operating system ended it: out of memory, out of CPU time, a crash


FAILURES: Mapping[Failure, tuple[Text, Text]] = {
    Failure.OUT_OF_MEMORY: (
        {"zh": "查询所需内存超过上限", "en": "the query needs more memory than it may have"},
        {"zh": "减少分组、连接或排序的规模", "en": "group, join or sort less at once"},
    ),
    Failure.CONVERSION: (
        {"zh": "有值无法转换为所要的类型", "en": "a value cannot be converted to the type asked for"},
        {"zh": "使用 TRY_CAST，或先筛去不合格的值", "en": "use TRY_CAST, or filter such values out first"},
    ),
    Failure.OUT_OF_RANGE: (
        {"zh": "计算结果超出类型的范围", "en": "a result is outside the range of its type"},
        {"zh": "先转换为 DOUBLE 再计算", "en": "convert to DOUBLE before computing"},
    ),
    Failure.DIVISION_BY_ZERO: (
        {"zh": "整数除以零", "en": "an integer was divided by zero"},
        {"zh": "以 NULLIF(除数, 0) 作除数", "en": "divide by NULLIF(divisor, 0)"},
    ),
    Failure.INVALID_INPUT: (
        {"zh": "函数的参数不合要求", "en": "a function was given an argument it cannot take"},
        {"zh": "检查各函数的参数类型与取值范围", "en": "check the types and ranges of the functions' arguments"},
    ),
    Failure.SYNTAX: (
        {"zh": "引擎不接受生成的语句", "en": "the engine does not accept the generated statement"},
        {"zh": "这是平台的缺陷：请报告查询编号", "en": "this is a fault of the platform: report the query's id"},
    ),
    Failure.FORBIDDEN: (
        {"zh": "引擎的锁拒绝了该操作", "en": "the engine's locks refused the operation"},
        {"zh": "只能查询协议授予的资源", "en": "query only the resources that the agreement grants"},
    ),
    Failure.TOO_LARGE: (
        {"zh": "结果超过上限", "en": "the answer exceeds the limits"},
        {"zh": "增加分组或 LIMIT，减少列数", "en": "group more coarsely, use LIMIT, or ask for fewer columns"},
    ),
    Failure.UNAVAILABLE: (
        {"zh": "查询进程或数据版本暂不可用", "en": "no query worker or no data version was available"},
        {
            "zh": "请稍后重试；持续出现时请联系运营方",
            "en": "ask again a little later; if it goes on, tell the operator",
        },
    ),
    Failure.LOST: (
        {"zh": "平台重启，查询未完成", "en": "the platform restarted before the query had ended"},
        {"zh": "请重新提交", "en": "ask again"},
    ),
    Failure.BUDGET: (
        {
            "zh": "结果的单元格数超过协议在该资源上剩余的额度",
            "en": "the answer has more cells than the agreement has left",
        },
        {"zh": "减少分组，或待额度恢复后再问", "en": "group more coarsely, or ask when the budget has renewed"},
    ),
    Failure.DIFFERENCE: (
        {
            "zh": "有单元格与已给出的单元格相差的主体过少",
            "en": "cells differ from earlier answers by too few units",
        },
        {"zh": "使用以前的问法，或使两次的条件相差更多", "en": "ask as before, or let the conditions differ by more"},
    ),
    Failure.WORKSPACE: (
        {
            "zh": "表超出工作区的额度，或工作区在此期间已变更",
            "en": "the table does not fit into the workspace, or the workspace changed meanwhile",
        },
        {
            "zh": "查看工作区，删除不再需要的表后重试",
            "en": "look at the workspace, drop what is needed no longer, ask again",
        },
    ),
    Failure.OTHER: (
        {"zh": "引擎报告了其他错误", "en": "the engine reported another error"},
        {"zh": "换一种写法，或报告查询编号", "en": "write it differently, or report the query's id"},
    ),
}

KILLS: Mapping[Killed, tuple[Text, Text]] = {
    Killed.TIMEOUT: (
        {"zh": "超过时间上限", "en": "its time ran out"},
        {"zh": "先筛选或分段查询", "en": "filter first, or ask in parts"},
    ),
    Killed.CANCELLED: (
        {"zh": "已被取消", "en": "it was cancelled"},
        {"zh": "可重新提交", "en": "it may be asked again"},
    ),
    Killed.STOPPED: (
        {"zh": "协议或资源已停止", "en": "its agreement or resource was stopped"},
        {"zh": "请联系运营方", "en": "ask the operator"},
    ),
    Killed.DIED: (
        {"zh": "进程因超出资源限制被系统终止", "en": "the system ended its process for exceeding a limit"},
        {"zh": "减少查询规模后重试", "en": "ask for less at once"},
    ),
}

STATES: Mapping[str, Text] = {
    "received": {"zh": "已接收", "en": "received"},
    "running": {"zh": "正在执行", "en": "still running"},
    "answered": {"zh": "已有结果", "en": "answered"},
    "failed": {"zh": "执行失败", "en": "failed"},
    "killed": {"zh": "已被终止", "en": "ended before it answered"},
    "expired": {"zh": "结果已过保存期", "en": "its answer is no longer kept"},
    "requested": {"zh": "待指定审核人", "en": "waiting for a reviewer"},
    "assigned": {"zh": "审核中", "en": "under review"},
    "released": {"zh": "已放行", "en": "released"},
    "refused": {"zh": "未通过", "en": "refused"},
    "withdrawn": {"zh": "已撤回", "en": "withdrawn"},
}
