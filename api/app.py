"""The REST application over a composed platform."""

from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.edge import Edge, answer
from api.errors import Flaw, MediaTypeUnsupported, MethodNotAllowed, NoSuchPath, RequestMalformed
from api.pages import pages
from api.routes import (
    agreements,
    applications,
    billing,
    catalog,
    consents,
    deadlines,
    matters,
    nonpublic,
    outputs,
    parties,
    queries,
    records,
    reports,
    rules,
    scenarios,
    standing,
    stops,
    supply,
    workspaces,
)
from api.wiring import Platform
from logs.errors import Refusal

PARTS = (
    catalog,
    supply,
    rules,
    parties,
    standing,
    scenarios,
    applications,
    agreements,
    workspaces,
    nonpublic,
    stops,
    consents,
    matters,
    billing,
    deadlines,
    reports,
    queries,
    outputs,
    records,
)
"""What can be called, in the order of the documentation."""

DESCRIPTION = """厦门市公共数据融合开发平台的接口：数据可用不可见，原始数据不出域。

以 `Authorization: Bearer <令牌>` 表明身份；错误一律为 RFC 9457 的 problem+json，其 `type` 指向说明页；
以 `Accept-Language: zh` 或 `en` 选择语言；POST 可带 `Idempotency-Key`，重复发送只办理一次。

The API of the Xiamen public-data sandbox: data is usable, not visible. Problems are RFC 9457, in Chinese or English.
"""


def create_app(platform: Platform) -> FastAPI:
    """The application; its lifetime is the platform's."""
    app = FastAPI(
        title="公共数据融合开发平台 / Xiamen public-data sandbox",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.platform = platform
    app.include_router(pages)
    app.include_router(records.health)
    for part in PARTS:
        app.include_router(part.router, prefix="/api/v1")
    _answer_problems(app, platform)
    app.add_middleware(
        Edge,
        state=platform.settings.state,
        default=platform.settings.language,
        limit=platform.settings.body_limit,
        upload_limit=platform.settings.upload_limit,
    )
    return app


def _answer_problems(app: FastAPI, platform: Platform) -> None:
    default = platform.settings.language

    async def refused(request: Request, refusal: Exception) -> Response:
        return answer(cast(Refusal, refusal), request, default=default)

    async def malformed(request: Request, error: Exception) -> Response:
        wrong = cast(RequestValidationError, error).errors()
        flaws = tuple(Flaw(".".join(map(str, found["loc"])), found["type"]) for found in wrong)
        return answer(RequestMalformed(flaws), request, default=default)

    async def unrouted(request: Request, error: Exception) -> Response:
        return answer(_of_status(cast(HTTPException, error)), request, default=default)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, unrouted)


def _of_status(error: HTTPException) -> Refusal:
    match error.status_code:
        case 404:
            return NoSuchPath()
        case 405:
            allowed = (error.headers or {}).get("Allow", "")
            return MethodNotAllowed(tuple(filter(None, map(str.strip, allowed.split(",")))))
        case 415:
            return MediaTypeUnsupported(("application/json",))
        case _:
            return RequestMalformed(())
