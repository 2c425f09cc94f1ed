"""The console's files: what is cached, what is compressed, what is answered for an address that is no file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dashboard.api import problems
from dashboard.api.static import Console, router_of

SCRIPT = b"console.log('hello');\n" * 200


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html>")
    (root / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (root / "assets" / "font-1a2b.woff2").write_bytes(b"\0" * 5000)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "static-2").mkdir()
    (tmp_path / "static-2" / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


@pytest.fixture
def app(root: Path) -> FastAPI:
    app = FastAPI(openapi_url=None)
    problems.install(app)
    app.include_router(router_of(Console(root)))
    return app


def ask(app: FastAPI, method: str, path: str, **headers: str) -> httpx.Response:
    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(call())


def test_the_first_page_is_asked_for_again_and_assets_are_kept_for_ever(app: FastAPI) -> None:
    page = ask(app, "GET", "/")
    assert (page.text, page.headers["cache-control"]) == ("<!doctype html>", "no-cache")
    assert page.headers["content-type"].startswith("text/html")
    asset = ask(app, "GET", "/assets/app-1a2b.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("application/javascript")


def test_what_is_worth_it_is_compressed_for_those_who_can_read_it(app: FastAPI) -> None:
    asset = ask(app, "GET", "/assets/app-1a2b.js", **{"Accept-Encoding": "gzip, br"})
    assert asset.headers["content-encoding"] == "gzip"
    assert int(asset.headers["content-length"]) < len(SCRIPT) / 5
    assert asset.content == SCRIPT
    plain = ask(app, "GET", "/assets/app-1a2b.js", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert (plain.content, plain.headers["vary"]) == (SCRIPT, "Accept-Encoding")
    font = ask(app, "GET", "/assets/font-1a2b.woff2", **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in font.headers


def test_what_has_not_changed_is_not_sent_again(app: FastAPI, root: Path) -> None:
    etag = ask(app, "GET", "/").headers["etag"]
    assert ask(app, "GET", "/", **{"If-None-Match": etag}).status_code == 304
    (root / "index.html").write_text("<!doctype html><title>new</title>")
    assert "new" in ask(app, "GET", "/", **{"If-None-Match": etag}).text


@pytest.mark.parametrize("path", ["/watch", "/grids/qth/taoshan", "/apis"])
def test_an_address_of_the_console_is_answered_with_its_first_page(app: FastAPI, path: str) -> None:
    assert ask(app, "GET", path).text == "<!doctype html>"


@pytest.mark.parametrize("path", ["/missing.js", "/assets/app-old.js", "/api/v1/nothing", "/api", "/a%00b.js"])
def test_a_file_that_is_missing_and_the_interface_are_not_the_console(app: FastAPI, path: str) -> None:
    answer = ask(app, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2fetc%2fpasswd.", "/link.txt",
        "/..%2fstatic-2/secret.txt", "/..%5csecret.txt",
    ],
)  # fmt: skip
def test_nothing_outside_of_its_folder_is_served(app: FastAPI, path: str) -> None:
    answer = ask(app, "GET", path)
    assert "secret" not in answer.text.replace("static-2/secret", "")
    assert answer.status_code == 404


def test_the_head_of_a_file_has_no_body(app: FastAPI) -> None:
    answer = ask(app, "HEAD", "/assets/app-1a2b.js")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_console_that_was_not_built_says_so(tmp_path: Path) -> None:
    app = FastAPI(openapi_url=None)
    problems.install(app)
    app.include_router(router_of(Console(tmp_path / "nothing")))
    answer = ask(app, "GET", "/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_built")
