"""What can go wrong when resources arrive and when the development catalog is made."""

from typing import ClassVar

from logs.errors import Language, Refusal


class Worded:
    """Sentences in both languages, with the refusal's particulars filled in."""

    said: ClassVar[dict[Language, str]]
    instead: ClassVar[dict[Language, str]]

    def detail(self, language: Language) -> str:
        """What was refused, where and why."""
        return self.said[language].format(**vars(self))

    def remedy(self, language: Language) -> str:
        """What to do instead."""
        return self.instead[language].format(**vars(self))


class FolderMissing(Worded, Refusal):
    """The folder handed in as a data set is not there, or is no folder."""

    kind: ClassVar[str] = "folder-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "找不到数据文件夹", "en": "The folder of data is not there"}
    said: ClassVar = {"zh": "没有文件夹 {folder}", "en": "there is no folder {folder}"}
    instead: ClassVar = {"zh": "请指定存在的文件夹", "en": "name a folder that is there"}

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder


class ManifestMissing(Worded, Refusal):
    """The folder holds no `dataset.toml`; `proposal` is one inferred from its files, to be checked and saved."""

    kind: ClassVar[str] = "manifest-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "缺少数据集说明文件", "en": "The data set is not described"}
    said: ClassVar = {"zh": "文件夹 {folder} 中没有 dataset.toml", "en": "the folder {folder} holds no dataset.toml"}
    instead: ClassVar = {
        "zh": "核对以下根据文件推断的内容，存为 dataset.toml：\n\n{proposal}",
        "en": "check what was inferred from the files and save it as dataset.toml:\n\n{proposal}",
    }

    nothing: ClassVar = {
        "zh": "放入 CSV 或 Parquet 文件，并在 dataset.toml 中逐一说明",
        "en": "put CSV or Parquet files there and describe each of them in dataset.toml",
    }

    def __init__(self, folder: str, proposal: str) -> None:
        super().__init__(folder)
        self.folder = folder
        self.proposal = proposal

    def remedy(self, language: Language) -> str:
        """The proposal to check and save, or what to put there first."""
        return super().remedy(language) if self.proposal else str(self.nothing[language])


class ManifestUnreadable(Worded, Refusal):
    """The manifest is not TOML, or not UTF-8; `reason` holds line and column."""

    kind: ClassVar[str] = "manifest-unreadable"
    title: ClassVar[dict[Language, str]] = {
        "zh": "数据集说明文件无法读取",
        "en": "The description of the data set cannot be read",
    }
    said: ClassVar = {"zh": "dataset.toml 不是有效的 TOML：{reason}", "en": "dataset.toml is not TOML: {reason}"}
    instead: ClassVar = {"zh": "改正所指的行列，存为 UTF-8", "en": "correct that line and column, and save it as UTF-8"}

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ManifestWrong(Worded, Refusal):
    """The manifest says something without meaning: an unknown key, an unknown use, a wrong type."""

    kind: ClassVar[str] = "manifest-wrong"
    title: ClassVar[dict[Language, str]] = {
        "zh": "数据集说明文件内容有误",
        "en": "The description of the data set is wrong",
    }
    said: ClassVar = {"zh": "{where}：{zh}", "en": "{where}: {en}"}
    instead: ClassVar = {"zh": "改正 dataset.toml 中的 {where}", "en": "correct {where} in dataset.toml"}

    def __init__(self, where: str, zh: str, en: str) -> None:
        super().__init__(where)
        self.where = where
        self.zh = zh
        self.en = en


class TableMissing(Worded, Refusal):
    """The manifest names a file that is not in its folder."""

    kind: ClassVar[str] = "table-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "找不到数据文件", "en": "A file of data is not there"}
    said: ClassVar = {
        "zh": "资源 {resource} 的文件 {file} 不在数据文件夹中，或无法读取",
        "en": "the file {file} of {resource} is not in the folder, or may not be read",
    }
    instead: ClassVar = {
        "zh": "把文件放入 dataset.toml 所在的文件夹，或改正 file",
        "en": "put the file into the folder of dataset.toml, or correct `file`",
    }

    def __init__(self, resource: str, file: str) -> None:
        super().__init__(resource, file)
        self.resource = resource
        self.file = file


class FormatUnknown(Worded, Refusal):
    """A file is neither CSV nor Parquet, or not what its name says."""

    kind: ClassVar[str] = "format-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "文件格式不支持", "en": "The file's format is not known"}
    said: ClassVar = {
        "zh": "{file} 不是可读的 CSV（.csv、.tsv、.txt）或 Parquet（.parquet）文件",
        "en": "{file} is no readable CSV (.csv, .tsv, .txt) or Parquet (.parquet) file",
    }
    instead: ClassVar = {"zh": "另存为 CSV 或 Parquet 后重试", "en": "save it as CSV or Parquet and try again"}

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


class EncodingUnknown(Worded, Refusal):
    """A text file is neither UTF-8 nor GB18030."""

    kind: ClassVar[str] = "encoding-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "文件编码无法识别", "en": "The file's encoding is not known"}
    said: ClassVar = {
        "zh": "{file} 既不是 UTF-8 也不是 GB18030（自第 {line} 行起）",
        "en": "{file} is neither UTF-8 nor GB18030 (from line {line} on)",
    }
    instead: ClassVar = {"zh": "另存为 UTF-8 后重试", "en": "save it as UTF-8 and try again"}

    def __init__(self, file: str, line: int) -> None:
        super().__init__(file, line)
        self.file = file
        self.line = line


class TableMalformed(Worded, Refusal):
    """Lines of a CSV file do not hold what its header promises; `lines` pairs line numbers with reasons (zh, en)."""

    kind: ClassVar[str] = "table-malformed"
    title: ClassVar[dict[Language, str]] = {"zh": "CSV 文件结构有误", "en": "The CSV file is malformed"}
    said: ClassVar = {"zh": "{file}：{zh}", "en": "{file}: {en}"}
    instead: ClassVar = {
        "zh": "改正这些行（字段个数、引号），整个文件重新提交；未写入任何内容",
        "en": "correct those lines (number of fields, quotes) and hand the whole file in again; nothing was written",
    }

    def __init__(self, file: str, lines: tuple[tuple[int, str, str], ...]) -> None:
        super().__init__(file, lines)
        self.file = file
        self.lines = lines
        self.zh = "；".join(f"第 {line} 行{reason}" for line, reason, _ in lines)
        self.en = "; ".join(f"line {line} {reason}" for line, _, reason in lines)


class TableEmpty(Worded, Refusal):
    """A file holds no rows."""

    kind: ClassVar[str] = "table-empty"
    title: ClassVar[dict[Language, str]] = {"zh": "数据文件为空", "en": "The file holds no rows"}
    said: ClassVar = {"zh": "{file} 没有数据行", "en": "{file} holds no rows"}
    instead: ClassVar = {
        "zh": "第一行写列名，其后每行一条记录",
        "en": "give the names of the columns in the first line and one row in each line below",
    }

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


class ColumnsUnclear(Worded, Refusal):
    """Column names are doubled, empty or reserved; `columns` are their places, from 1."""

    kind: ClassVar[str] = "columns-unclear"
    title: ClassVar[dict[Language, str]] = {"zh": "列名不清", "en": "The names of the columns are not clear"}
    said: ClassVar = {
        "zh": "{file} 第 {listed} 列的列名重复（不分大小写）、为空或为系统保留",
        "en": "the names of columns {listed} of {file} stand twice (in whatever case), are empty or are reserved",
    }
    instead: ClassVar = {"zh": "给每一列一个不同的名称", "en": "give each column a name of its own"}

    def __init__(self, file: str, columns: tuple[int, ...]) -> None:
        super().__init__(file, columns)
        self.file = file
        self.columns = columns
        self.listed = ", ".join(map(str, columns))


class ColumnMissing(Worded, Refusal):
    """The manifest speaks of a column that the file does not have."""

    kind: ClassVar[str] = "column-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "文件中没有所述的列", "en": "The file lacks a column"}
    said: ClassVar = {"zh": "资源 {resource} 没有列 {column}", "en": "{resource} has no column {column}"}
    instead: ClassVar = {"zh": "可用的列：{known}", "en": "its columns are: {known}"}

    def __init__(self, resource: str, column: str, known: tuple[str, ...]) -> None:
        super().__init__(resource, column)
        self.resource = resource
        self.column = column
        self.known = ", ".join(known)


class TypeUnknown(Worded, Refusal):
    """A Parquet column is of a type that no resource may have (lists, structures, bytes)."""

    kind: ClassVar[str] = "type-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "列的类型不支持", "en": "A column's type is not supported"}
    said: ClassVar = {
        "zh": "资源 {resource} 的列 {column} 类型不支持",
        "en": "{column} of {resource} is of an unsupported type",
    }
    instead: ClassVar = {
        "zh": "转换为文字、数字、日期、时间或布尔列",
        "en": "turn it into text, numbers, dates, moments or booleans",
    }

    def __init__(self, resource: str, column: str) -> None:
        super().__init__(resource, column)
        self.resource = resource
        self.column = column


class UnitUnknown(Worded, Refusal):
    """Nothing says whom the rows are about and nothing in them tells: guessing would lay rows open."""

    kind: ClassVar[str] = "unit-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "无法确定隐私单元", "en": "Whom the rows are about is not known"}
    said: ClassVar = {
        "zh": "资源 {resource} 未声明 privacy_unit，也推断不出来",
        "en": "{resource} declares no privacy_unit and none could be inferred",
    }
    instead: ClassVar = {
        "zh": '写 privacy_unit = "列名"；若为普遍开放的表，写 privacy_unit = false',
        "en": 'write privacy_unit = "column"; for an open table write privacy_unit = false',
    }

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource


class RowsAllRefused(Worded, Refusal):
    """Every row of an arrival failed the declared types: the declaration and the file do not belong together."""

    kind: ClassVar[str] = "rows-all-refused"
    title: ClassVar[dict[Language, str]] = {"zh": "没有一行符合声明", "en": "Not one row fits the declaration"}
    said: ClassVar = {
        "zh": "资源 {resource} 的所有行都不符合声明的类型（列 {listed}）",
        "en": "no row of {resource} fits the declared types (columns {listed})",
    }
    instead: ClassVar = {"zh": "核对这些列的 type 与 bounds", "en": "check `type` and `bounds` of those columns"}

    def __init__(self, resource: str, columns: tuple[str, ...]) -> None:
        super().__init__(resource, columns)
        self.resource = resource
        self.columns = columns
        self.listed = ", ".join(columns)


class SnapshotNotPlaced(Worded, Refusal):
    """A snapshot could not be written whole, and nothing of it stays; `cause`: `full`, `unwritable` or `memory`."""

    kind: ClassVar[str] = "snapshot-not-placed"
    title: ClassVar[dict[Language, str]] = {"zh": "快照无法写入", "en": "The snapshot could not be written"}
    said: ClassVar = {
        "zh": "无法写入文件夹 {folder}：{zh}；未留下不完整的内容",
        "en": "the folder {folder} cannot be written: {en}; nothing half-written was left",
    }
    instead: ClassVar = {
        "zh": "腾出空间或更正权限后重试，或用 --state 指定另一个文件夹",
        "en": "free space or correct its permissions and try again, or name another folder with --state",
    }
    causes: ClassVar = {
        "full": ("空间不足", "no space is left"),
        "unwritable": ("没有写入权限或写入失败", "it is not writable or writing failed"),
        "memory": ("内存不足", "memory ran out"),
    }

    def __init__(self, folder: str, cause: str) -> None:
        super().__init__(folder, cause)
        self.folder = folder
        self.cause = cause
        self.zh, self.en = self.causes[cause]


class LinkUntrue(Worded, Refusal):
    """A declared N:1 reference leads nowhere, or to a column that is not unique."""

    kind: ClassVar[str] = "link-untrue"
    title: ClassVar[dict[Language, str]] = {"zh": "声明的关联不成立", "en": "A declared link does not hold"}
    said: ClassVar = {
        "zh": "{resource}.{column} 所指的 {target} 不存在，或其值不唯一",
        "en": "{target}, to which {resource}.{column} is said to refer, is not there or not unique",
    }
    instead: ClassVar = {
        "zh": "改正或删去 dataset.toml 中的这条 links",
        "en": "correct this entry of `links` in dataset.toml, or leave it out",
    }

    def __init__(self, resource: str, column: str, target: str) -> None:
        super().__init__(resource, column, target)
        self.resource = resource
        self.column = column
        self.target = target


class ArrivalBroken(Worded, Refusal):
    """The engine failed on a file in a way no other refusal names; its own words may quote values and are dropped."""

    kind: ClassVar[str] = "arrival-broken"
    title: ClassVar[dict[Language, str]] = {"zh": "数据未能接收", "en": "The data could not be taken in"}
    said: ClassVar = {
        "zh": "接收资源 {resource} 时出错（{failure}）；未写入任何内容",
        "en": "taking in {resource} failed ({failure}); nothing was written",
    }
    instead: ClassVar = {
        "zh": "另存为 CSV（UTF-8）或 Parquet 后重试",
        "en": "save it as CSV (UTF-8) or Parquet and try again",
    }

    def __init__(self, resource: str, failure: str) -> None:
        super().__init__(resource, failure)
        self.resource = resource
        self.failure = failure
