"""Requests to a Graph API with an account's token.

The token travels as the parameter `access_token`, as Meta's own SDK sends it: in the query of a
GET and in the form of a POST. A header would do as well [from memory], but that all three APIs
read it is not confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from parvis.networks.answer import Answer
from parvis.networks.contract import Json
from parvis.networks.errors import NetworkError, Reconnect, Refused
from parvis.networks.graph.fault import failure, is_missing, read_fault
from parvis.networks.http import PUBLISH_SECONDS, Http, Upload
from parvis.networks.secret import Secret
from parvis.networks.versions import version_of

_SLOWEST_BYTES_A_SECOND = 200_000

Fields = Mapping[str, str | Secret]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphApi:
    """One network's Graph API. `api` names its version in versions.toml."""

    network: str
    label: str
    api: str

    def url(self, server: str, path: str) -> str:
        """An empty path is the root, which answers for several ids at once."""
        return f"{server}/{version_of(self.api)}/{path}"

    async def get(
        self,
        http: Http,
        server: str,
        path: str,
        token: Secret | None,
        *,
        purpose: str,
        query: Fields | None = None,
    ) -> Answer:
        """The answer whatever it is; see `read`."""
        return await http.get(
            self.url(server, path),
            network=self.network,
            purpose=purpose,
            query=_with_token(query, token),
        )

    async def read(
        self,
        http: Http,
        server: str,
        path: str,
        token: Secret | None,
        *,
        purpose: str,
        query: Fields | None = None,
    ) -> Json:
        """What was asked for, or the error that the refusal means."""
        return self.accepted(
            await self.get(http, server, path, token, purpose=purpose, query=query)
        )

    async def post(
        self,
        http: Http,
        server: str,
        path: str,
        token: Secret,
        *,
        purpose: str,
        form: Mapping[str, str | Secret | Upload],
        publishes: bool = False,
        seconds: float = PUBLISH_SECONDS,
    ) -> Answer:
        """A confirmed answer, or the error that the refusal means."""
        answer = await http.post(
            self.url(server, path),
            network=self.network,
            purpose=purpose,
            form={**form, "access_token": token},
            publishes=publishes,
            seconds=seconds,
        )
        self.accepted(answer)
        return answer

    async def delete(
        self, http: Http, server: str, path: str, token: Secret, *, purpose: str = "delete"
    ) -> None:
        """Deleting what is already gone is a success."""
        answer = await http.delete(
            self.url(server, path),
            network=self.network,
            purpose=purpose,
            query=_with_token(None, token),
        )
        if not answer.ok and not is_missing(read_fault(answer)):
            raise self.failure(answer)

    def accepted(self, answer: Answer) -> Json:
        """The answer's object. Meta has answered 200 with an error inside, and with "success":
        false: neither is a yes."""
        if not answer.ok or read_fault(answer) is not None:
            raise self.failure(answer)
        told = answer.json_object()
        if told.get("success") is False:
            raise answer.unreadable()
        return told

    def failure(self, answer: Answer) -> NetworkError:
        return failure(answer, self.label)


def seconds_for(size: int) -> float:
    """How long sending so many bytes may take, on a slow line."""
    return PUBLISH_SECONDS + size / _SLOWEST_BYTES_A_SECOND


def word(answer: Answer, name: str) -> str:
    """One word of the answer's object, ids above all; an answer without it cannot be read."""
    found = answer.json_object().get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found:
        raise answer.unreadable()
    return found


def can_do_without(error: Reconnect) -> Refused | Reconnect:
    """For what posting can do without: a permission that is lacking for it does not make the
    account unfit to post."""
    if error.code != "scope-missing":
        return error
    return Refused("no-permission", error.sentence, **error.facts)


def _with_token(query: Fields | None, token: Secret | None) -> dict[str, str | Secret]:
    return {**(query or {}), **({"access_token": token} if token is not None else {})}
