"""What is there: a page for each kind of link in an alert, and a word that we are alive.

GET shows and changes nothing, for scanners of mail and previews of chats follow every link; POST acts. The link is all
that a reader needs to show, so there is no login, and no address to go to afterwards.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from sqlmodel import Session
from starlette.exceptions import HTTPException as HttpError

from briefing import answer
from briefing.answer import Answered
from briefing.clock import Clock
from briefing.errors import StoreError
from briefing.model import Action, Flaw
from briefing.render.page import Pages
from briefing.send.tokens import Links
from briefing.store.engine import Store
from briefing.store.writer import Writer

LONGEST_BODY = 4096
_FIELDS = 10
_FORM = "application/x-www-form-urlencoded"
_STATUS = {Flaw.FORGED: 404, Flaw.EXPIRED: 410, Flaw.GONE: 410}


@dataclass(frozen=True, slots=True)
class Desk:
    """What pages need: links, words, and the two ways to the database."""

    links: Links
    pages: Pages
    store: Store
    write: Writer
    clock: Clock

    async def look(self, action: Action, token: str) -> Response:
        """Show what a link leads to."""
        found = await asyncio.to_thread(self._read, action, token)
        return self._page(action, found)

    async def act(self, action: Action, token: str, form: Mapping[str, str]) -> Response:
        """Do what the form says, once however often, and show how it stands then."""
        undo = form.get("act") == "undo"
        found = await self.write(self._work(action, token, form, undo=undo))
        return self._page(action, found, undone=undo)

    def _read(self, action: Action, token: str) -> Answered | Flaw:
        with self.store.reading() as session:
            return answer.look(session, self.links, action, token, now=self.clock())

    def _work(
        self, action: Action, token: str, form: Mapping[str, str], *, undo: bool
    ) -> Callable[[Session], Answered | Flaw]:
        about: dict[str, Any] = {"links": self.links, "token": token, "now": self.clock()}
        if undo:
            return partial(answer.undo, action=action, **about)
        if action is Action.ACKNOWLEDGE:
            return partial(answer.acknowledge, name=form.get("by", ""), **about)
        lasting = answer.LENGTHS.get(form.get("for", ""))
        if lasting is None:
            raise HTTPException(422)
        return partial(answer.silence, name=form.get("by", ""), lasting=lasting, **about)

    def _page(self, action: Action, found: Answered | Flaw, *, undone: bool = False) -> Response:
        if isinstance(found, Flaw):
            return HTMLResponse(self.pages.refuse(found), _STATUS[found])
        html = self.pages.ask(
            action,
            found.event,
            acknowledged=found.acknowledged,
            silence=found.silence,
            name=found.address or "",
            undone=undone,
            now=self.clock(),
        )
        return HTMLResponse(html)


def application(desk: Desk) -> FastAPI:
    """Return the application of a desk, at the path of its public address."""
    made = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    prefix = urlsplit(desk.links.base).path

    @made.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        return PlainTextResponse("ok\n")

    @made.api_route(prefix + "/{action}/{token}", methods=["GET", "HEAD"])
    async def look(action: str, token: str) -> Response:
        return await desk.look(_known(action), token)

    @made.post(prefix + "/{action}/{token}")
    async def act(action: str, token: str, request: Request) -> Response:
        return await desk.act(_known(action), token, await _form(request))

    @made.exception_handler(HttpError)
    async def refused(_: Request, error: HttpError) -> Response:
        return HTMLResponse(desk.pages.refuse(None), error.status_code, error.headers)

    @made.exception_handler(StoreError)
    async def later(_: Request, __: StoreError) -> Response:
        return HTMLResponse(desk.pages.refuse(None, later=True), 503, {"retry-after": "30"})

    return made


def _known(action: str) -> Action:
    if action not in {*Action}:
        raise HTTPException(404)
    return Action(action)


async def _form(request: Request) -> dict[str, str]:
    """Read the fields of a form, and no more than a form of ours can have."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_FIELDS))
    except ValueError as error:
        raise HTTPException(400) from error
