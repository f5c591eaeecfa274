"""Pages that explain the API without internet: `/docs` from an installed package, `/problems` from the table."""

from functools import cache
from html import escape
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.errors import NoSuchPath
from api.languages import preferred
from api.statuses import BY_SLUG, STATUS
from logs.errors import Language, Refusal

pages = APIRouter(include_in_schema=False)
Accept = Annotated[str | None, Header(alias="accept-language")]

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon-32x32.png": "image/png"}

START = """window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json", dom_id: "#docs", deepLinking: true, persistAuthorization: false,
    presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", defaultModelsExpandDepth: 0,
    requestInterceptor: request => { request.headers["Accept-Language"] = document.documentElement.lang; return request; },
  });
});
"""  # noqa: E501 - a line of another language

STYLE = """body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .3rem .6rem; text-align: left }
"""  # noqa: E501 - a line of another language


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()


def _page(title: str, body: str, language: Language, *, head: str = "") -> HTMLResponse:
    text = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="icon" href="/docs/favicon-32x32.png">{head}</head><body>{body}</body></html>'
    )
    return HTMLResponse(text, headers={"Content-Language": language})


@pages.get("/docs")
def docs(accept: Accept = None) -> HTMLResponse:
    """Every call, with examples to try."""
    language = preferred(accept, default="zh")
    title = {"zh": "公共数据融合开发平台 接口", "en": "Public-data sandbox API"}[language]
    head = (
        '<link rel="stylesheet" href="/docs/swagger-ui.css"><script src="/docs/swagger-ui-bundle.js"></script>'
        '<script src="/docs/start.js"></script>'
    )
    return _page(title, '<div id="docs"></div>', language, head=head)


@pages.get("/docs/{name}")
def asset(name: str) -> Response:
    """A script, a style or a picture of the pages."""
    if name == "start.js":
        return Response(START, media_type="text/javascript")
    if name == "page.css":
        return Response(STYLE, media_type="text/css")
    if name not in ASSETS:
        raise NoSuchPath
    return Response(_asset(name), media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})


@pages.get("/problems")
def problems(accept: Accept = None) -> HTMLResponse:
    """Every problem the API may answer with."""
    language = preferred(accept, default="zh")
    rows = "".join(
        f'<tr><td>{STATUS[kind]}</td><td><a href="/problems/{slug}">/problems/{slug}</a></td>'
        f"<td>{escape(kind.title[language])}</td></tr>"
        for slug, kind in sorted(BY_SLUG.items())
    )
    title = {"zh": "可能的问题", "en": "Problems"}[language]
    return _page(title, f"<h1>{title}</h1><table>{rows}</table>", language, head=_STYLED)


@pages.get("/problems/{slug}")
def problem_page(slug: str, accept: Accept = None, wanted: Annotated[str, Header(alias="accept")] = "") -> Response:
    """What one problem means: a page, or the same as JSON."""
    kind = BY_SLUG.get(slug)
    if kind is None:
        raise NoSuchPath
    language = preferred(accept, default="zh")
    if "html" not in wanted and "json" in wanted:
        return JSONResponse(_said(slug, kind))
    said = _said(slug, kind)
    other: Language = "en" if language == "zh" else "zh"
    body = (
        f"<h1>{escape(kind.title[language])}</h1><p>{escape(kind.title[other])}</p>"
        f"<p>HTTP {said['status']} · <code>{said['type']}</code></p><p>{escape(said['meaning'])}</p>"
        '<p><a href="/problems">/problems</a></p>'
    )
    return _page(kind.title[language], body, language, head=_STYLED)


_STYLED = '<link rel="stylesheet" href="/docs/page.css">'


def _said(slug: str, kind: type[Refusal]) -> dict[str, str]:
    meaning = " ".join((kind.__doc__ or "").split())
    return {
        "type": f"/problems/{slug}",
        "status": str(STATUS[kind]),
        "title_zh": kind.title["zh"],
        "title_en": kind.title["en"],
        "meaning": meaning,
    }
