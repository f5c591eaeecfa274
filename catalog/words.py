"""Chinese words for what is inferred: types, uses, and titles of columns with customary names."""

from catalog.model import ColumnType, Use

UNKNOWN_PROVIDER = "未注明"
IRREGULAR = "不定期"

TYPE_WORDS = {
    ColumnType.BOOLEAN: "布尔",
    ColumnType.INTEGER: "整数",
    ColumnType.DOUBLE: "小数",
    ColumnType.DECIMAL: "定点小数",
    ColumnType.TEXT: "文字",
    ColumnType.DATE: "日期",
    ColumnType.TIMESTAMP: "时间",
}
USE_WORDS = {
    Use.SHOW: "展示",
    Use.GROUP: "分组",
    Use.AGGREGATE: "聚合",
    Use.JOIN: "关联",
    Use.FILTER: "过滤",
    Use.MASKED: "脱敏展示",
}
TITLES = {
    "id_card": "身份证号",
    "name": "姓名",
    "phone": "手机号",
    "mobile": "手机号",
    "email": "电子邮箱",
    "address": "地址",
    "district": "区",
    "street": "街道",
    "age": "年龄",
    "gender": "性别",
    "industry": "行业",
    "income": "收入",
    "uscc": "统一社会信用代码",
    "enterprise_uscc": "单位统一社会信用代码",
    "ent_name": "企业名称",
    "capital": "注册资本",
    "reg_date": "成立日期",
    "year": "年度",
    "date": "日期",
}
