"""The gate's own lists as pages of the documentation, so that they cannot drift apart."""

from sandbox.gate.rules import RULES
from sandbox.gate.vocabulary import AGGREGATES, OVER_PROTECTED, RELATIONS, TYPES, WINDOWS, WORDS

PROTECTIONS = {
    "count": ("计数：按单元格密钥扰动", "count, perturbed by cell key"),
    "sum": ("总量：集中度检验后扰动", "magnitude, dominance tested, then perturbed"),
    "mean": ("均值：扰动总量除以扰动计数", "perturbed sum over perturbed count"),
    "distinct": ("不同值个数：只计达到最小频数的值", "distinct values that meet the minimum frequency"),
    "quantile": ("5% 至 95% 分位数，3 位有效数字", "quantiles from 5 to 95 %, 3 significant digits"),
    "moment": (
        "方差、相关、回归：至少 10 个残差自由度",
        "variance, correlation, regression: 10 residual degrees of freedom",
    ),
}


def functions_page() -> str:
    """The supported functions, types and aggregates as Markdown, Chinese first."""
    lines = [
        "# 支持的函数 · Supported functions",
        "",
        "由 `sandbox/gate/functions.yaml` 生成；不在此列的一律拒绝。带 * 的标量函数也可用于受保护的行。",
        "Generated from `sandbox/gate/functions.yaml`; what is not here is refused. Scalars marked * may be used on"
        " protected rows as well; the others on open and released relations.",
        "",
        "## 标量函数 · Scalar functions",
        "",
    ]
    for group, names in WORDS["scalar"].items():
        marked = ", ".join(f"`{name}`{'*' if name in OVER_PROTECTED else ''}" for name in sorted(names))
        lines += [f"**{group}**: {marked}", ""]
    lines += [
        "## 聚合函数 · Aggregates",
        "",
        "| 函数 function | 受保护资源上的保护 protection on protected resources |",
        "| --- | --- |",
    ]
    for name, kind in sorted(AGGREGATES.items()):
        chinese, english = (
            PROTECTIONS[kind] if kind is not None else ("拒绝：会返回原值", "refused: returns somebody's value")
        )
        lines.append(f"| `{name}` | {chinese} · {english} |")
    for title, words in (
        ("窗口函数 · Window functions", sorted(WINDOWS)),
        ("表函数 · Table functions", sorted(RELATIONS)),
        ("类型 · Types", sorted({*TYPES.values(), "DECIMAL(p, s)"})),
    ):
        lines += ["", f"## {title}", "", ", ".join(f"`{word}`" for word in words)]
    return "\n".join(lines) + "\n"


def refusals_page() -> str:
    """Every rule the gate refuses by, with the nearest lawful form, as Markdown."""
    lines = [
        "# 查询被拒绝的规则 · Rules a query is refused by",
        "",
        "由 `sandbox/gate/rules.yaml` 生成。Generated from `sandbox/gate/rules.yaml`.",
        "",
        "| 规则 rule | 原因 reason | 应改为 instead |",
        "| --- | --- | --- |",
    ]
    for rule, entry in RULES.items():
        instead = entry["instead"]
        lines.append(f"| `{rule}` | {entry['zh']}<br>{entry['en']} | {instead['zh']}<br>{instead['en']} |")
    return "\n".join(lines) + "\n"


PAGES = {"functions.md": functions_page, "refusals.md": refusals_page}
