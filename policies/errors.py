"""What can go wrong between an organisation and its agreement, said in Chinese and English."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from logs.errors import Language, Refusal
from logs.model import Role
from policies.flaws import Flaw, told, ways_out
from policies.told import Both, Told
from policies.words import words


class NoSuch(Told, Refusal):
    """There is none of that id, or none that this person may see."""

    kind: ClassVar[str] = "no-such-thing"
    title: ClassVar[Both] = {"zh": "没有这一项", "en": "There is no such thing"}
    said: ClassVar[Both] = {"zh": "没有编号为 {id} 的“{thing}”。", "en": "There is no {thing} {id}."}
    instead: ClassVar[Both] = {"zh": "请核对编号。", "en": "Check the id."}

    def __init__(self, thing: str, id: str) -> None:
        super().__init__(thing, id)
        self.thing = thing
        self.id = id


class MoveNotAllowed(Told, Refusal):
    """The move does not start from the state the thing is in; `possible` are the moves that do."""

    kind: ClassVar[str] = "move-not-allowed"
    title: ClassVar[Both] = {"zh": "当前状态不允许此操作", "en": "Not possible in its present state"}
    said: ClassVar[Both] = {
        "zh": "“{thing}” {id} 的状态为“{state}”，不能“{move}”。",
        "en": "The {thing} {id} is {state}; it is not possible to {move} it.",
    }
    instead: ClassVar[Both] = {"zh": "此时可以：{possible}。", "en": "Possible now: {possible}."}

    def __init__(self, thing: str, id: str, state: str, move: str, possible: Sequence[str]) -> None:
        super().__init__(thing, id, state, move)
        self.thing = thing
        self.id = id
        self.state = state
        self.move = move
        self.possible = tuple(possible)

    def particulars(self, language: Language) -> Mapping[str, str]:
        """The moves that are possible, listed."""
        nothing = {"zh": "无", "en": "nothing"}[language]
        return {**super().particulars(language), "possible": words(self.possible, language) or nothing}


class DoneAlready(Told, Refusal):
    """Something that is done once was done before."""

    kind: ClassVar[str] = "done-already"
    title: ClassVar[Both] = {"zh": "已办理，不能重复", "en": "Done already"}
    said: ClassVar[Both] = {
        "zh": "“{thing}” {id} 已经“{move}”。",
        "en": "The {thing} {id}: to {move} was done before.",
    }
    instead: ClassVar[Both] = {"zh": "请查看现有记录。", "en": "Look at what is on record."}

    def __init__(self, thing: str, id: str, move: str) -> None:
        super().__init__(thing, id, move)
        self.thing = thing
        self.id = id
        self.move = move


class ConcurrentChange(Told, Refusal):
    """Somebody else changed the thing meanwhile; nothing of this change was kept."""

    kind: ClassVar[str] = "concurrent-change"
    title: ClassVar[Both] = {"zh": "已被他人先行改动", "en": "Somebody else was first"}
    said: ClassVar[Both] = {
        "zh": "“{thing}” {id} 在办理期间已被他人改动，本次未作任何更改。",
        "en": "The {thing} {id} was changed by somebody else meanwhile; nothing was done.",
    }
    instead: ClassVar[Both] = {"zh": "请重新查看后再办理。", "en": "Look at it again and decide anew."}

    def __init__(self, thing: str, id: str) -> None:
        super().__init__(thing, id)
        self.thing = thing
        self.id = id


class RolesIncompatible(Told, Refusal):
    """One organisation would both decide and develop (Article 3: the tiers are kept apart)."""

    kind: ClassVar[str] = "roles-incompatible"
    title: ClassVar[Both] = {"zh": "角色互不相容", "en": "Roles that exclude each other"}
    said: ClassVar[Both] = {
        "zh": "同一组织不能同时担任：{roles}。",
        "en": "One organisation cannot at once be: {roles}.",
    }
    instead: ClassVar[Both] = {"zh": "请分别登记为不同组织。", "en": "Register separate organisations."}

    def __init__(self, roles: Sequence[Role]) -> None:
        super().__init__(roles)
        self.roles = tuple(roles)

    def particulars(self, language: Language) -> Mapping[str, str]:
        """The roles, listed."""
        return {"roles": words(self.roles, language)}


class RoleNotHeld(Told, Refusal):
    """A person would act in a role that the organisation is not registered for."""

    kind: ClassVar[str] = "role-not-held"
    title: ClassVar[Both] = {"zh": "组织不具有该角色", "en": "The organisation does not hold that role"}
    said: ClassVar[Both] = {
        "zh": "组织 {organisation} 未登记“{role}”角色。",
        "en": "Organisation {organisation} is not registered as {role}.",
    }
    instead: ClassVar[Both] = {"zh": "请先为组织登记该角色。", "en": "Register the organisation for it first."}

    def __init__(self, organisation: str, role: Role) -> None:
        super().__init__(organisation, role)
        self.organisation = organisation
        self.role = role


class Flawed:
    """A refusal that lists every flaw of what was handed in."""

    flaws: tuple[Flaw, ...]

    def detail(self, language: Language) -> str:
        """Every flaw with its place."""
        return told(self.flaws, language)

    def remedy(self, language: Language) -> str:
        """What to do about each."""
        return ways_out(self.flaws, language)


class MaterialFlawed(Flawed, Refusal):
    """Material is incomplete or asks for more than may be had; all of it is named at once (Articles 16 and 17)."""

    kind: ClassVar[str] = "material-flawed"
    title: ClassVar[Both] = {"zh": "材料不完整或超出允许范围", "en": "Incomplete, or more than may be had"}

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(tuple(flaws))
        self.flaws = tuple(flaws)


class QualificationLacking(Flawed, Refusal):
    """The applicant does not meet every safety condition of Article 15 with evidence that is accepted and valid."""

    kind: ClassVar[str] = "qualification-lacking"
    title: ClassVar[Both] = {"zh": "不满足安全条件", "en": "Safety conditions are not met"}

    def __init__(self, organisation: str, flaws: Sequence[Flaw]) -> None:
        super().__init__(organisation, tuple(flaws))
        self.organisation = organisation
        self.flaws = tuple(flaws)


class RelatedToOperator(Told, Refusal):
    """The applicant and an operator are tied by ownership: an operator's affiliates do not re-develop (Article 3)."""

    kind: ClassVar[str] = "related-to-operator"
    title: ClassVar[Both] = {"zh": "与一级开发主体存在关联关系", "en": "An affiliate of the operator"}
    said: ClassVar[Both] = {
        "zh": "组织 {organisation} 与一级开发主体 {operator} 存在关联关系，不得参与二级开发。",
        "en": "Organisation {organisation} is tied by ownership to the operator {operator} and may not re-develop.",
    }
    instead: ClassVar[Both] = {
        "zh": "关联关系解除并登记后再申请。",
        "en": "Apply once the link has ended and that is on record.",
    }

    def __init__(self, organisation: str, operator: str) -> None:
        super().__init__(organisation, operator)
        self.organisation = organisation
        self.operator = operator


class SignatureInvalid(Told, Refusal):
    """The signature over the agreement's document does not verify with the person's key on record."""

    kind: ClassVar[str] = "signature-invalid"
    title: ClassVar[Both] = {"zh": "签名无效", "en": "The signature is not valid"}
    said: ClassVar[Both] = {
        "zh": "对协议 {id} 的签名与签署人登记的公钥不符。",
        "en": "The signature on agreement {id} does not verify with the signer's key on record.",
    }
    instead: ClassVar[Both] = {
        "zh": "请用登记公钥对应的私钥，对协议的签署内容签名。",
        "en": "Sign the agreement's statement with the private key whose public half is on record.",
    }

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class KeyMissing(Told, Refusal):
    """The person has no public key on record to sign with."""

    kind: ClassVar[str] = "key-missing"
    title: ClassVar[Both] = {"zh": "未登记签名公钥", "en": "No key on record"}
    said: ClassVar[Both] = {
        "zh": "人员 {person} 未登记签名公钥。",
        "en": "Person {person} has no public key on record.",
    }
    instead: ClassVar[Both] = {"zh": "请先登记公钥。", "en": "Enrol a key first."}

    def __init__(self, person: str) -> None:
        super().__init__(person)
        self.person = person


class NotInForce(Told, Refusal):
    """The agreement opens nothing at that moment: unsigned, not begun, stopped, expired or terminated (Article 17)."""

    kind: ClassVar[str] = "agreement-not-in-force"
    title: ClassVar[Both] = {"zh": "协议未生效", "en": "The agreement is not in force"}
    said: ClassVar[Both] = {
        "zh": "协议 {id} {why}，不开通任何权限。",
        "en": "Agreement {id} is {why}; it opens nothing.",
    }
    instead: ClassVar[Both] = {
        "zh": "双方签署后、有效期内、未停止的协议方可使用。",
        "en": "Use an agreement that both sides have signed, within its term, and not stopped.",
    }

    def __init__(self, id: str, why: str, *, begins: datetime, ends: datetime) -> None:
        super().__init__(id, why)
        self.id = id
        self.why = why
        self.begins = begins
        self.ends = ends


class ProcessingStopped(Told, Refusal):
    """A stop in force halts that processing, because a risk was seen (Article 18)."""

    kind: ClassVar[str] = "processing-stopped"
    title: ClassVar[Both] = {"zh": "数据处理已停止", "en": "Processing is stopped"}
    said: ClassVar[Both] = {
        "zh": "停止令 {id} 已停止对“{scope}”{target} 的数据处理。",
        "en": "Stop {id} halts processing: {scope} {target}.",
    }
    instead: ClassVar[Both] = {
        "zh": "待风险报告报送、市大数据主管部门解除停止令后再行使用。",
        "en": "Wait until the risk is reported and the bureau has lifted the stop.",
    }

    def __init__(self, id: str, scope: str, target: str) -> None:
        super().__init__(id, scope, target)
        self.id = id
        self.scope = scope
        self.target = target


class TrainingMissing(Told, Refusal):
    """Training is required here, and the person has none on record that counts today (Article 22)."""

    kind: ClassVar[str] = "training-missing"
    title: ClassVar[Both] = {"zh": "缺少有效的安全培训记录", "en": "No training that counts"}
    said: ClassVar[Both] = {
        "zh": "人员 {person} 没有在有效期内的公共数据安全培训记录。",
        "en": "Person {person} has no record of data-security training that counts today.",
    }
    instead: ClassVar[Both] = {
        "zh": "请参加培训，并由一级开发主体登记。",
        "en": "Attend a training and have the operator record it.",
    }

    def __init__(self, person: str) -> None:
        super().__init__(person)
        self.person = person


class CourierFailed(Told, Refusal):
    """A reminder was not taken by the other side; it stays queued and is tried again."""

    kind: ClassVar[str] = "reminder-not-taken"
    title: ClassVar[Both] = {"zh": "提醒未送达", "en": "A reminder was not taken"}
    said: ClassVar[Both] = {"zh": "经“{channel}”发送提醒失败：{error}。", "en": "Sending by {channel} failed: {error}."}
    instead: ClassVar[Both] = {
        "zh": "平台会自动重试；请检查联系方式与发送设置。",
        "en": "It is tried again; check the contact and the settings for sending.",
    }

    def __init__(self, channel: str, error: str) -> None:
        super().__init__(channel, error)
        self.channel = channel
        self.error = error


class NoticeWrong(Told, Refusal):
    """A holiday notice in the calendar's folder cannot be read, contradicts itself, or a year is left out."""

    kind: ClassVar[str] = "holiday-notice-wrong"
    title: ClassVar[Both] = {"zh": "节假日通知文件有误", "en": "A holiday notice is wrong"}
    said: ClassVar[Both] = {"zh": "节假日通知 {name}：{fault}", "en": "Holiday notice {name}: {fault}"}
    instead: ClassVar[Both] = {
        "zh": "请对照国务院办公厅通知改正文件。",
        "en": "Correct the file by the notice of the State Council's General Office.",
    }

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name = name
        self.fault = fault


class RoleTableWrong(Told, Refusal):
    """The table of roles cannot be read: an unknown role, a row twice, a missing cell."""

    kind: ClassVar[str] = "role-table-wrong"
    title: ClassVar[Both] = {"zh": "角色权限表有误", "en": "The table of roles is wrong"}
    said: ClassVar[Both] = {"zh": "角色权限表第 {line} 行：{fault}", "en": "Line {line} of the role table: {fault}"}
    instead: ClassVar[Both] = {"zh": "请改正 roles.csv。", "en": "Correct roles.csv."}

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(line, fault)
        self.line = line
        self.fault = fault
