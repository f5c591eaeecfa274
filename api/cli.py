"""`python -m api …`: the platform's parts, each startable alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api import parts, parts_logs
from api.console import out, plainly, spoken
from api.demo.run import Wanted
from api.demo.run import run as run_demo
from api.disclosure import table_laid_open
from api.faults import SettingWrong
from api.settings import Settings
from api.wiring_logs import delivered_records
from catalog.municipal import PEOPLE, SEED
from logs.errors import Language
from logs.model import Role
from logs.report import record_text, report_text

app = typer.Typer(
    name="python -m api",
    help="厦门市公共数据融合开发平台 / Xiamen public-data sandbox",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

State = Annotated[
    Path | None, typer.Option("--state", help="状态目录（默认 XDS_STATE 或 ./state） / folder of all state")
]
Lang = Annotated[str | None, typer.Option("--lang", help="zh 或 en / zh or en")]
Host = Annotated[str | None, typer.Option("--host", help="监听地址 / address to listen on")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口，0 为任意空闲 / port, 0 for any")]


def settings(state: Path | None, lang: str | None, **given: Any) -> Settings:
    """The environment's settings, with what the command line says in their place; raises `SettingWrong`."""
    told: dict[str, Any] = {"state": state, "language": spoken(lang), **given}
    try:
        return Settings(**{name: value for name, value in told.items() if value is not None})
    except ValidationError as wrong:
        names = tuple("XDS_" + "_".join(map(str, found["loc"])).upper() for found in wrong.errors())
        raise SettingWrong(names) from None


@contextmanager
def speaking(state: Path | None, lang: str | None) -> Iterator[Language]:
    """Whatever is refused inside is said in that language, and ends the command with exit code 2."""
    language = spoken(lang)
    with plainly(language, state or Path(os.environ.get("XDS_STATE", "state"))):
        yield language


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option("--data", help="自己的数据目录（含 dataset.toml） / a folder of one's own files")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="演示后保持服务 / leave the service running")] = False,  # noqa: FBT002 - a switch
    *,
    state: State = None,
    people: Annotated[int, typer.Option(min=200, max=20_000_000, help="生成的人数 / people to generate")] = PEOPLE,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = SEED,
    port: Port = 0,
    lang: Lang = None,
) -> None:
    """跑通两级开发全流程 / play the whole two-tier procedure."""
    with speaking(state, lang) as language:
        chosen = settings(state, lang, port=port, receiver_port=0)
        run_demo(chosen, Wanted(data=data, serve=serve, people=people, seed=seed, language=language))


@app.command()
def serve(state: State = None, host: Host = None, port: Port = None, lang: Lang = None) -> None:
    """启动 REST 服务 / start the REST service."""
    with speaking(state, lang):
        parts.serve(settings(state, lang, host=host, port=port))


@app.command()
def relay(
    state: State = None,
    to: Annotated[str | None, typer.Option("--to", help="OTLP/HTTP 接收地址 / receiver's address")] = None,
    lang: Lang = None,
) -> None:
    """封存日志并送往公共数据资源平台 / seal the log and deliver it to the resource platform."""
    with speaking(state, lang):
        parts_logs.relay(settings(state, lang, resource_platform=to))


@app.command()
def seal(state: State = None, lang: Lang = None) -> None:
    """只封存日志，作为 relay 的备份（可多开） / seal the log only, standing by for the relay; any number may run."""
    with speaking(state, lang):
        parts_logs.seal(settings(state, lang))


@app.command("audit-delivery")
def audit_delivery(
    state: State = None,
    to: Annotated[str | None, typer.Option("--to", help="OTLP/HTTP 接收地址 / receiver's address")] = None,
    lang: Lang = None,
) -> None:
    """让接收端交还全部已送达的日志并比对 / have the receiver hand every delivered record back, and compare."""
    with speaking(state, lang) as language:
        again = parts_logs.audit(settings(state, lang, resource_platform=to))
        said = {
            "zh": f"接收端有缺失：将重新送达 {again} 条（记入日志）" if again else "接收端所持与本平台一致",
            "en": f"records are gone there: {again} will be delivered again, and that is on record"
            if again
            else "the receiver holds what was delivered",
        }
        out.print(said[language])
        if again:
            raise typer.Exit(1)


@app.command()
def worker(state: State = None, lang: Lang = None) -> None:
    """到期事项：结果与协议按期失效 / what is due by the clock: answers and agreements expire."""
    with speaking(state, lang):
        parts.worker(settings(state, lang))


@app.command()
def ingest(
    folder: Annotated[Path, typer.Argument(help="含 dataset.toml 的目录 / a folder with a dataset.toml")],
    state: State = None,
    lang: Lang = None,
) -> None:
    """把一个目录的数据接入平台 / take a folder of data into the platform."""
    with speaking(state, lang) as language:
        for taken in parts.ingest(settings(state, lang), folder):
            resource, version = taken.arrival.resource, taken.arrival.version
            rows, digest = f"{version.rows:,}", version.digest[:12]
            said = {"zh": f"{rows} 行，版本 {digest}", "en": f"{rows} rows, version {digest}"}
            out.print(f"[green]✓[/] {resource.name} {resource.title}: {said[language]}")
            for note in taken.arrival.notes:
                out.print(f"  {note.column or resource.name}: {note.zh if language == 'zh' else note.en}", markup=False)


@app.command()
def receiver(state: State = None, host: Host = None, port: Port = None, lang: Lang = None) -> None:
    """启动参考日志接收端 / start the reference receiver of logs."""
    with speaking(state, lang):
        parts_logs.receiver(settings(state, lang, receiver_host=host, receiver_port=port))


@app.command()
def certificates(
    folder: Annotated[Path, typer.Argument(help="证书目录 / folder to write to")],
    host: Annotated[list[str], typer.Option("--host", help="接收端的主机名或地址 / names of the receiver")] = [  # noqa: B006
        "127.0.0.1",
        "localhost",
    ],
    lang: Lang = None,
) -> None:
    """生成试用 CA 及双方证书（双向 TLS） / an authority for trials, and both sides' certificates for mutual TLS."""
    with speaking(None, lang):
        for made in parts_logs.trial_authority(folder, tuple(host)):
            out.print(str(made), markup=False)


@app.command("verify-log")
def verify_log(
    path: Annotated[
        Path | None, typer.Argument(help="接收端数据库或导出的 JSONL / the receiver's database, or exported lines")
    ] = None,
    *,
    witness: Annotated[
        list[str], typer.Option("--witness", help="另存的日志末尾“序号:封印” / an end of the log kept elsewhere")
    ] = [],  # noqa: B006 - typer copies it
    key: Annotated[list[str], typer.Option("--key", help="受信任的签名公钥 / a public key trusted to sign")] = [],  # noqa: B006
    state: State = None,
    lang: Lang = None,
) -> None:
    """证明送达的日志完整且未被篡改 / prove the delivered log complete and unaltered."""
    with speaking(state, lang) as language:
        place = path or delivered_records(settings(state, lang).state)
        report = parts_logs.prove(place, witnesses=tuple(witness), keys=tuple(key))
        out.print(report_text(report, language), markup=False)
        if not report.proved:
            raise typer.Exit(1)


@app.command("perturbation-table")
def perturbation_table(
    rules: Annotated[Path | None, typer.Argument(help="规则文件（YAML） / a rule document")] = None,
    *,
    unit: Annotated[str, typer.Option(help="隐私单元 / kind of privacy unit")] = "resident_id",
    csv: Annotated[bool, typer.Option("--csv", help="输出 CSV / as CSV")] = False,
    lang: Lang = None,
) -> None:
    """构造并检查频数扰动表 / build and inspect the perturbation table of counts."""
    with speaking(None, lang) as language:
        text, kept = table_laid_open(rules, unit, language, form="csv" if csv else "text")
        out.print(text, markup=False)
        if not kept:
            raise typer.Exit(1)


@app.command("prove-record")
def prove_record(
    number: Annotated[int, typer.Argument(min=1, help="日志序号 / number of the record")],
    path: Annotated[
        Path | None, typer.Argument(help="接收端数据库或导出的 JSONL / the receiver's database, or exported lines")
    ] = None,
    *,
    state: State = None,
    lang: Lang = None,
) -> None:
    """取出一条记录的证明，其余日志无需交出 / the proof of one record, without the rest of the log."""
    with speaking(state, lang):
        place = path or delivered_records(settings(state, lang).state)
        typer.echo(parts_logs.record_proof(place, number).written())


@app.command("verify-record")
def verify_record(
    proof: Annotated[Path, typer.Argument(help="prove-record 给出的文件 / a file that prove-record made")],
    *,
    key: Annotated[list[str], typer.Option("--key", help="受信任的签名公钥 / a public key trusted to sign")] = [],  # noqa: B006
    state: State = None,
    lang: Lang = None,
) -> None:
    """仅凭公钥核验一条记录 / verify one record offline, with the public key alone."""
    with speaking(state, lang) as language:
        found, wrong = parts_logs.verify_record(proof, keys=tuple(key))
        out.print(record_text(found, wrong, language, trusted=bool(key)), markup=False)
        if wrong:
            raise typer.Exit(1)


@app.command()
def migrate(
    state: State = None,
    sql: Annotated[
        str | None, typer.Option("--sql", help="只打印 sqlite 或 postgresql 的 SQL / print the SQL only")
    ] = None,
    lang: Lang = None,
) -> None:
    """把数据库升级到本版本 / bring the database to this version."""
    with speaking(state, lang) as language:
        if sql:
            out.print(parts.migrations_as_sql(sql), markup=False)
            return
        before, after = parts.migrate(settings(state, lang))
        said = {"zh": f"数据库：{before or '空'} → {after}", "en": f"database: {before or 'empty'} → {after}"}
        out.print(said[language])


@app.command()
def token(
    role: Annotated[Role, typer.Argument(help="角色 / role")],
    person: Annotated[str, typer.Argument(help="人员编号 / id of the person")],
    organisation: Annotated[str, typer.Argument(help="组织编号 / id of the organisation")],
    *,
    days: Annotated[int | None, typer.Option(min=1, max=366, help="有效天数 / days it is good for")] = None,
    state: State = None,
    lang: Lang = None,
) -> None:
    """签发访问令牌（只显示一次） / issue an access token, shown once."""
    with speaking(state, lang):
        out.print(parts.token(settings(state, lang, token_days=days), role, person, organisation), markup=False)


def main() -> None:
    """The command line."""
    app()
