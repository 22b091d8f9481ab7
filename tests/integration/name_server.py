"""A name server on loopback that knows the texts a test gives it, and fails as it is told to."""

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that stands for another."""

    to: str


@dataclass(frozen=True, slots=True)
class Named:
    """Records of another kind than TXT, such as A or PTR; a name that has these has no texts."""

    kind: str
    values: tuple[str, ...]


SILENCE, SERVFAIL = "silence", "servfail"
Texts = list[str] | Named | Alias | str  # texts as a zone file quotes them, an alias, or a way to fail


@dataclass(slots=True)
class NameServer:
    """Context manager; answers at `address` over UDP. A name it does not know does not exist."""

    names: Mapping[str, Texts]
    asked: list[str] = field(default_factory=list)
    _socket: socket.socket = field(init=False)

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())  # wakes the thread, which closes

    def _serve(self) -> None:
        with self._socket as here:
            while True:
                query, whence = here.recvfrom(4096)
                if not query:
                    return
                answer = self._answer(dns.message.from_wire(query))
                if answer is not None:
                    here.sendto(answer.to_wire(), whence)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name
        self.asked.append(name.to_text(omit_final_dot=True))
        answer = dns.message.make_response(query, recursion_available=True)
        known = self.names.get(self.asked[-1])
        if known == SILENCE:
            return None
        if isinstance(known, Alias):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", f"{known.to}."))
            name, known = dns.name.from_text(known.to), self.names.get(known.to)
        if isinstance(known, Named):
            if query.question[0].rdtype == dns.rdatatype.from_text(known.kind):
                answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", known.kind, list(known.values)))
        elif isinstance(known, list):
            answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", known))
        else:
            answer.set_rcode(dns.rcode.SERVFAIL if known == SERVFAIL else dns.rcode.NXDOMAIN)
        return answer
