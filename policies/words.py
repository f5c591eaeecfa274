"""Names of things, parties, states, moves and materials for readers, Chinese and English; one meaning to a word."""

from collections.abc import Mapping

from logs.errors import Language

_ROWS = """
    organisation    | 组织             | organisation
    person          | 人员             | person
    qualification   | 主体资质         | qualification
    evidence        | 证明材料         | evidence
    scenario        | 应用场景         | scenario
    application     | 开发利用申请     | application
    agreement       | 开发利用协议     | agreement
    credit_list     | 名单 | list
    affiliation     | 关联关系 | ownership link
    training        | 安全培训 | training
    contact         | 联系方式 | contact
    reminder        | 提醒 | reminder
    statement       | 账单 | statement
    table           | 工作区表         | workspace table
    matter          | 事项 | matter
    objection       | 异议 | objection
    incident        | 安全事件 | security incident
    inspection      | 监督检查 | inspection
    rectification   | 整改通知 | rectification order
    sourcing        | 源数据申请 | request for source data
    own_file        | 非公共数据文件   | non-public file
    rule            | 规则文件         | rule document

    bureau          | 市大数据主管部门 | the bureau
    info_center     | 市信息中心       | the information center
    operator        | 一级开发主体     | the operator
    developer       | 二级开发主体     | the developer
    provider        | 数据提供单位     | the data provider
    reviewer        | 第三方审核机构   | the third-party reviewer
    regulator       | 监管部门         | the regulator
    system          | 平台自身         | the platform itself

    acting          | 在任             | acting
    dismissed       | 已卸任           | dismissed
    presented       | 已提交待核验     | presented
    accepted        | 已核验           | accepted
    rejected        | 未通过核验       | rejected
    demanded        | 已提出           | demanded
    approved        | 已通过           | approved
    refused         | 未通过           | refused
    published       | 已发布           | published
    withdrawn       | 已撤回           | withdrawn
    draft           | 草稿             | draft
    submitted       | 已提交待审核     | submitted
    supplementing   | 待补正 | to be supplemented
    drawn           | 已拟定待签署     | drawn up
    half_signed     | 一方已签署       | signed by one side
    in_force        | 已生效           | in force
    stopped         | 已停止           | stopped
    expired         | 已到期           | expired
    terminated      | 已终止           | terminated
    cancelled       | 已取消           | cancelled
    ordered         | 已停止待报告 | ordered
    reported        | 已报告 | reported
    lifted          | 已解除 | lifted
    raised          | 已提出待处理 | raised
    forwarded       | 已转交 | forwarded
    met             | 已满足 | met
    declined        | 未予满足 | declined
    upheld          | 异议成立 | upheld
    denied          | 异议不成立 | denied
    corrected       | 已更正 | corrected
    declared        | 已发现待报告 | declared
    activated       | 预案已启动 | activated
    contained       | 已控制 | contained
    reviewed        | 已复盘 | reviewed
    closed          | 已办结 | closed
    begun           | 检查中 | under way
    concluded       | 检查已结束 | concluded
    answered        | 已回复整改方案 | answered
    finished        | 整改已完成待核验 | finished
    asked           | 已提出源数据申请 | asked
    consented       | 主管部门已同意 | consented
    supplied        | 已供给 | supplied
    ended           | 已结束 | ended
    current         | 现行 | current
    superseded      | 已被取代 | superseded
    standing        | 存续 | standing
    filed           | 已报送 | filed
    returned        | 已退回 | returned
    acknowledged    | 已知悉 | acknowledged
    queued          | 待发送 | queued
    sent            | 已发送 | sent
    given           | 已授权 | given
    issued          | 已出具 | issued
    disputed        | 有争议 | disputed
    confirmed       | 已确认 | confirmed
    settled         | 已结清 | settled
    not_begun       | 尚未到生效时间   | not yet begun

    appoint         | 任命             | appoint
    dismiss         | 卸任             | dismiss
    enrol_key       | 登记公钥         | enrol a key
    present         | 提交             | present
    accept          | 核验通过         | accept
    reject          | 核验不通过       | reject
    demand          | 提出             | demand
    approve         | 通过             | approve
    refuse          | 不予通过         | refuse
    publish         | 发布             | publish
    withdraw        | 撤回             | withdraw
    revise          | 修改             | revise
    submit          | 提交             | submit
    ask_supplement  | 要求补正 | ask for a supplement of
    supplement      | 补正 | supplement
    draw            | 拟定             | draw up
    sign            | 签署             | sign
    file            | 报送备案         | file
    stop            | 停止             | stop
    resume          | 恢复             | resume
    terminate       | 终止             | terminate
    cancel          | 取消             | cancel
    expire          | 到期             | expire
    order           | 作出 | order
    report          | 报告 | report
    lift            | 解除 | lift
    raise           | 提出 | raise
    forward         | 转交 | forward
    meet            | 满足 | meet
    decline         | 不予满足 | decline
    uphold          | 认定成立 | uphold
    deny            | 认定不成立 | deny
    correct         | 更正 | correct
    declare         | 登记事件 | declare
    activate        | 启动预案 | activate
    contain         | 控制 | contain
    review          | 复盘 | review
    close           | 办结 | close
    reopen          | 退回继续处置 | reopen
    begin           | 开始 | begin
    conclude        | 结束 | conclude
    respond         | 回复整改方案 | respond
    finish          | 完成整改 | finish
    return          | 退回 | return
    ask             | 申请 | ask
    consent         | 同意 | consent
    supply          | 供给 | supply
    end             | 结束 | end
    import          | 导入 | import
    supersede       | 取代 | supersede
    acknowledge     | 知悉 | acknowledge
    send            | 发送 | send
    fail            | 失败 | fail
    decide          | 作出决定 | decide
    confirm         | 确认 | confirm
    dispute         | 提出异议 | dispute
    issue           | 出具 | issue
    settle          | 结清 | settle

    title           | 名称             | title
    reason          | 理由             | reason
    reasons         | 理由             | reasons
    note            | 风险情况         | risk note
    notice          | 备案号           | number of the filing
    category        | 场景类别         | class of scenario
    purpose         | 用途说明         | purpose
    data            | 公共数据需求     | public data demanded
    manner          | 开发利用方式     | manner of use
    safety          | 安全保障措施     | safety measures
    rights_and_duties | 双方权利义务   | rights and duties of both sides
    data_scope      | 公共数据范围     | scope of public data
    conditions      | 开发利用条件     | conditions of use
    security        | 数据安全要求     | data-security demands
    fees            | 服务费用         | fees
    liability       | 违约责任         | liability for breach
    all             | 全部数据处理 | all processing
    resource        | 数据资源 | resource
    target          | 停止对象 | what is stopped
    risk            | 风险情况 | risk
    measures        | 处置措施 | measures taken
    remark          | 说明 | remark
    record          | 同步记录 | record of the supply
    ground          | 异议理由 | ground
    answer          | 答复 | answer
    plan            | 方案 | plan
    cause           | 原因 | cause
    lessons         | 改进措施 | lessons
    basis           | 检查依据 | basis
    findings        | 发现的问题 | findings
    necessity       | 使用源数据的必要性 | necessity of source data
    consents        | 数据主体授权情况 | consents of the data subjects
    party           | 相对方组织 | organisation concerned
    wanted          | 补正内容 | what is wanted
    edition         | 版次 | edition
    source          | 来源 | source
    email           | 邮件 | e-mail
    webhook         | 网络回调 | webhook
"""


def _read(rows: str) -> Mapping[str, Mapping[Language, str]]:
    cells = ([cell.strip() for cell in row.split("|")] for row in rows.splitlines() if row.strip())
    return {word: {"zh": zh, "en": en} for word, zh, en in cells}


WORDS: Mapping[str, Mapping[Language, str]] = _read(_ROWS)


def word(name: str, language: Language) -> str:
    """What a reader calls it; the name itself where the table has none.

    >>> word("in_force", "zh"), word("unheard_of", "en")
    ('已生效', 'unheard_of')
    """
    known = WORDS.get(name)
    return known[language] if known else name


def words(names: object, language: Language) -> str:
    """Several of them, in their order.

    >>> words(["approve", "refuse"], "zh")
    '通过、不予通过'
    """
    listed = [word(str(name), language) for name in names] if isinstance(names, list | tuple) else [str(names)]
    return ("、" if language == "zh" else ", ").join(listed)
