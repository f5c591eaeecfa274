"""The `attributes` of a resource in a manifest: what the catalog says of it beside its columns."""

from collections.abc import Mapping
from typing import Any

from catalog.attributes import Attributes, Condition, Opening, Sharing
from catalog.errors import ManifestWrong
from catalog.manifest_values import days, flag, known, text, texts, word

KEYS = frozenset(
    {
        "code",
        "subject",
        "industry",
        "tags",
        "format",
        "sharing",
        "sharing_basis",
        "opening",
        "opening_conditions",
        "covers",
        "authorised",
    }
)


def attributes(row: Mapping[str, Any], name: str) -> Attributes:
    """What is said under `attributes`; raises `ManifestWrong` for what the Sharing Measure does not allow."""
    said, where = row.get("attributes", {}), f"{name}.attributes"
    if not isinstance(said, dict):
        raise ManifestWrong(where, "应为表", "must be a table")
    known(said, KEYS, where)
    conditions = texts(said, "opening_conditions", where)
    if not set(conditions) <= set(Condition):
        choice = ", ".join(Condition)
        raise ManifestWrong(f"{where}.opening_conditions", f"应取自：{choice}", f"must be taken from: {choice}")
    found = Attributes(
        code=text(said, "code", where) or "",
        subject=text(said, "subject", where) or "",
        industry=text(said, "industry", where) or "",
        tags=texts(said, "tags", where),
        format=text(said, "format", where) or "",
        sharing=word(said, "sharing", where, Sharing),
        sharing_basis=text(said, "sharing_basis", where) or "",
        opening=word(said, "opening", where, Opening),
        opening_conditions=frozenset(map(Condition, conditions)),
        covers=days(said, "covers", where),
        authorised=flag(said, "authorised", where, otherwise=True),
    )
    _lawful(found, row, where)
    return found


def _lawful(found: Attributes, row: Mapping[str, Any], where: str) -> None:
    if found.sharing in (Sharing.CONDITIONAL, Sharing.NOT_YET) and not found.sharing_basis:
        raise ManifestWrong(
            f"{where}.sharing_basis",
            "有条件共享须写明条件，暂不共享须写明依据（共享办法第十七、十八条）",
            "state the conditions, or the law relied on (Sharing Measure, Articles 17 and 18)",
        )
    if found.opening is Opening.OPEN and isinstance(row.get("privacy_unit"), str) and row["privacy_unit"]:
        raise not_open(f"{where}.opening")
    if found.opening_conditions and found.opening is not Opening.ON_APPLICATION:
        raise ManifestWrong(
            f"{where}.opening_conditions",
            "只有依申请开放的数据才设开放条件（共享办法第二十四条）",
            "conditions go with opening on application alone (Sharing Measure, Article 24)",
        )


def not_open(where: str) -> ManifestWrong:
    """What is about persons or organisations cannot be open to all."""
    return ManifestWrong(
        where,
        "有隐私单元的数据不得普遍开放（共享办法第二十二条）",
        "what has a privacy unit cannot be open to all (Sharing Measure, Article 22)",
    )
