"""Where templates come from and how they fail: packaged ones, an operator's folder over them, Jinja2's sandbox.

Apart from `email`, which knows what a mail is: here a template is a name, its words and its mistakes.
"""

import hashlib
import traceback
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
    meta,
    pass_eval_context,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.nodes import EvalContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from briefing.errors import RenderError
from briefing.render.locale import Words
from briefing.render.plain import clip, isolate, wrap

FILES = ("subject.txt", "body.txt", "body.html")
COMMON = "digest"  # lends its files to a folder that does not have its own


class Templates:
    """The templates of one installation; `overrides` is a folder of folders that wins by name."""

    def __init__(self, overrides: Path | None = None) -> None:
        packaged = PackageLoader("briefing", "templates")
        own: list[BaseLoader] = [FileSystemLoader(overrides)] if overrides else []
        self._loader = ChoiceLoader([*own, packaged])
        self._environments: dict[str, ImmutableSandboxedEnvironment] = {}

    def render(self, folder: str, file: str, words: Words, context: Mapping[str, object]) -> str:
        """Render one file of a message; RenderError names the template's file and line."""
        environment = self._environment(words)
        name = self._name(folder, file)
        try:
            return environment.get_template(name).render(context)
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise RenderError(_place(error, name)) from error

    def version(self, folder: str) -> str:
        """Return a short digest of a message's templates and of all they refer to."""
        seen: dict[str, str] = {}
        waiting = [self._name(folder, file) for file in FILES]
        while waiting:
            name = waiting.pop()
            seen[name] = self._source(name)
            waiting += [other for other in _references(seen[name]) if other not in seen]
        text = "\0".join(f"{name}\0{seen[name]}" for name in sorted(seen))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _name(self, folder: str, file: str) -> str:
        """Choose a folder's file, or the common one where the folder brings some file of its own."""
        if self._has(f"{folder}/{file}"):
            return f"{folder}/{file}"
        if any(self._has(f"{folder}/{other}") for other in FILES):
            return f"{COMMON}/{file}"
        raise RenderError(f'no template folder named "{folder}"')

    def _has(self, name: str) -> bool:
        try:
            self._source(name)
        except TemplateNotFound:
            return False
        return True

    def _source(self, name: str) -> str:
        return self._loader.get_source(self._environment(Words("en", "UTC")), name)[0]

    def _environment(self, words: Words) -> ImmutableSandboxedEnvironment:
        language = words.locale.language
        if language not in self._environments:
            self._environments[language] = _environment(self._loader, words)
        return self._environments[language]


class Compiled(BytecodeCache):
    """What templates compiled to in this process, by their source: a reload compiles only what changed.

    One per language, because Jinja2 works out at once what a filter makes of a constant, and ours are a language's.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a template's bucket, if there is anything to fill it with."""
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)  # which looks at the checksum of the source

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template compiled to."""
        self._code[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled(_language: str) -> Compiled:
    return Compiled()


@lru_cache(maxsize=256)
def _references(source: str) -> tuple[str, ...]:
    """Return the names of the templates that a template extends, includes or imports."""
    parsed = _environment(BaseLoader(), Words("en", "UTC")).parse(source)
    return tuple(name for name in meta.find_referenced_templates(parsed) if name is not None)


def _environment(loader: BaseLoader, words: Words) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        bytecode_cache=_compiled(words.locale.language),
        autoescape=lambda name: name is None or name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"_": _gettext(words), "gettext": _gettext(words), "ngettext": _ngettext(words)}
    environment.globals |= {"dir": words.dir, "flow": Markup(' dir="rtl"') if words.dir == "rtl" else ""}
    environment.filters |= {"wrap": wrap, "clip": clip, "isolate": partial(isolate, base=words.dir)}
    environment.filters |= {"number": words.number}
    return environment


def _gettext(words: Words) -> Callable[..., str]:
    """Return what a template calls `_`: values are escaped in HTML, and numbers as the reader writes them."""

    @pass_eval_context
    def gettext(context: EvalContext, message: str, **values: object) -> str:
        text = words.gettext(message)
        return (Markup(text) if context.autoescape else text) % words.shown(values)  # noqa: S704  # ours

    return gettext


def _ngettext(words: Words) -> Callable[..., str]:
    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, **values: object) -> str:
        text = words.catalogue.ngettext(one, many, num)
        return (Markup(text) if context.autoescape else text) % words.shown({"num": num} | values)  # noqa: S704  # ours

    return ngettext


def _place(error: Exception, name: str) -> str:
    """Say where a template broke: Jinja2 rewrites its frames so that they carry template names and lines."""
    kinds: dict[type[Exception], str] = {UndefinedError: "undefined", SecurityError: "forbidden"}
    kind = kinds.get(type(error), type(error).__name__)
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name or name}:{error.lineno}: {error.message}"
    if isinstance(error, TemplateNotFound):
        return f"{name}: no template named {error}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".html", ".txt", ".css"))]
    if frames:
        return f"{frames[-1].filename}:{frames[-1].lineno}: {kind}: {error}"
    return f"{name}: {kind}: {error}"
