"""Refusals about who asks: each is recorded as a denied access before it is raised."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from logs.errors import Language, Refusal
from logs.model import Role
from policies.told import Both, Told
from policies.words import words


class NotPermitted(Told, Refusal):
    """The role table does not allow that role this verb on that kind of thing."""

    kind: ClassVar[str] = "not-permitted"
    title: ClassVar[Both] = {"zh": "该角色无此权限", "en": "The role may not do that"}
    said: ClassVar[Both] = {"zh": "{role}无权{act}。", "en": "{role} may not {act}."}
    instead: ClassVar[Both] = {"zh": "由有权的主体办理：{permitted}。", "en": "Leave it to whoever may: {permitted}."}

    def __init__(
        self, role: Role, verb: str, thing: str, act: Mapping[Language, str], permitted: Sequence[Role]
    ) -> None:
        super().__init__(role, verb, thing)
        self.role = role
        self.verb = verb
        self.thing = thing
        self.act = act
        self.permitted = tuple(permitted)

    def particulars(self, language: Language) -> Mapping[str, str]:
        """What it is called in the table, and the roles that may."""
        permitted = words(self.permitted, language) or {"zh": "无", "en": "nobody"}[language]
        return {**super().particulars(language), "act": self.act[language], "permitted": permitted}


class NotActing(Told, Refusal):
    """The person is not on record as acting for that organisation in that role (Articles 3 and 5)."""

    kind: ClassVar[str] = "not-acting"
    title: ClassVar[Both] = {"zh": "人员未以该身份在任", "en": "The person does not act in that role"}
    said: ClassVar[Both] = {
        "zh": "人员 {person} 当前未代表组织 {organisation} 以“{role}”身份办理业务。",
        "en": "Person {person} does not at present act for organisation {organisation} as {role}.",
    }
    instead: ClassVar[Both] = {
        "zh": "请由组织任命该人员，或换用其现任身份的令牌。",
        "en": "Have the person appointed, or use the token of the present role.",
    }

    def __init__(self, person: str, organisation: str, role: Role) -> None:
        super().__init__(person, organisation, role)
        self.person = person
        self.organisation = organisation
        self.role = role


class SelfApproval(Told, Refusal):
    """Somebody decides on what they or their organisation asked for."""

    kind: ClassVar[str] = "self-approval"
    title: ClassVar[Both] = {"zh": "不得审定本人或本组织提出的事项", "en": "Nobody decides on what they asked for"}
    said: ClassVar[Both] = {
        "zh": "“{thing}” {id} 由本人或本人所在组织提出，不能由其审定。",
        "en": "The {thing} {id} was asked for by the same person or organisation that would decide on it.",
    }
    instead: ClassVar[Both] = {"zh": "请由其他组织的人员审定。", "en": "Have a person of another organisation decide."}

    def __init__(self, thing: str, id: str) -> None:
        super().__init__(thing, id)
        self.thing = thing
        self.id = id


class NotAParty(Told, Refusal):
    """Somebody acts on an application or agreement of others."""

    kind: ClassVar[str] = "not-a-party"
    title: ClassVar[Both] = {"zh": "不是当事方", "en": "Not a party to it"}
    said: ClassVar[Both] = {
        "zh": "本组织不是“{thing}” {id} 中可办理此事的当事方。",
        "en": "Your organisation is not the side of the {thing} {id} that may do this.",
    }
    instead: ClassVar[Both] = {"zh": "请由当事方的人员办理。", "en": "Have a person of that side do it."}

    def __init__(self, thing: str, id: str) -> None:
        super().__init__(thing, id)
        self.thing = thing
        self.id = id


class NotTheirsToAppoint(Told, Refusal):
    """Somebody appoints to a role, or registers an organisation for one, that is not theirs to give."""

    kind: ClassVar[str] = "not-theirs-to-appoint"
    title: ClassVar[Both] = {"zh": "无权授予该角色", "en": "That role is not theirs to give"}
    said: ClassVar[Both] = {"zh": "{giver}不能授予角色“{role}”。", "en": "{giver} may not give the role of {role}."}
    instead: ClassVar[Both] = {"zh": "请由市大数据主管部门办理。", "en": "Ask the bureau."}

    def __init__(self, giver: Role, role: Role) -> None:
        super().__init__(giver, role)
        self.giver = giver
        self.role = role


DENIALS = (NotPermitted, NotActing, SelfApproval, NotAParty, NotTheirsToAppoint)
"""Refusals about who asks; each is recorded as `access.denied` before it is raised."""
