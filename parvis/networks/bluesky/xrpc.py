"""XRPC: how an AT Protocol server is asked, and what its refusals mean.

An error is JSON, `{"error": name, "message": …}`. A dead token is answered with 400, not 401
(reference PDS, auth-verifier). What a proxy in front of the server says is not JSON.
"""

from collections.abc import Callable, Mapping

from parvis.networks.contract import Account, Json, MediaFile
from parvis.networks.errors import (
    Expired,
    NetworkError,
    PrepareAnew,
    Refused,
    Unknown,
)
from parvis.networks.http import Answer, Http
from parvis.networks.secret import Secret

NETWORK = "bluesky"
_NOT_SERVED = ("UpstreamFailure", "MethodNotImplemented", "XRPCNotSupported")
UPLOAD_SECONDS = 120.0


async def query(
    http: Http, server: str, method: str, purpose: str, *, token: Secret | None = None, **query: str
) -> Answer:
    return await http.get(
        f"{server}/xrpc/{method}", network=NETWORK, purpose=purpose, query=query, bearer=token
    )


async def procedure(
    http: Http,
    server: str,
    method: str,
    purpose: str,
    arguments: Json | None = None,
    *,
    token: Secret | None = None,
    publishes: bool = False,
) -> Answer:
    return await http.post(
        f"{server}/xrpc/{method}",
        network=NETWORK,
        purpose=purpose,
        json=arguments,
        bearer=token,
        publishes=publishes,
    )


async def get_record(http: Http, server: str, uri: str, purpose: str) -> Answer:
    """Needs no permission."""
    repo, collection, key = uri.removeprefix("at://").split("/")
    return await query(
        http,
        server,
        "com.atproto.repo.getRecord",
        purpose,
        repo=repo,
        collection=collection,
        rkey=key,
    )


async def upload_blob(http: Http, account: Account, file: MediaFile, purpose: str) -> Json:
    """The blob as the account's own server names it."""
    answer = await http.post(
        f"{account.server}/xrpc/com.atproto.repo.uploadBlob",
        network=NETWORK,
        purpose=purpose,
        body=file.path,
        content_type=file.media_type,
        bearer=account.tokens.access,
        seconds=UPLOAD_SECONDS,
    )
    blob = read(answer).get("blob")
    if not isinstance(blob, dict):
        raise answer.unreadable()
    return blob


async def did_of(http: Http, server: str) -> str:
    """The server's own DID, as it says itself."""
    answer = await query(http, server, "com.atproto.server.describeServer", "find server")
    did = read(answer).get("did")
    if not isinstance(did, str):
        raise answer.unreadable()
    return did


def service_of(account: Account, public: str) -> str:
    """The origin of a service of Bluesky's for the account, or nothing: what runs on a machine of
    one's own, in plain http, is nothing that Bluesky could know or should hear of."""
    return public if account.server.startswith("https://") else ""


def read(answer: Answer) -> Json:
    """The result, or the error that the answer means."""
    if answer.ok:
        return answer.json_object()
    raise failure(answer)


def failure(answer: Answer) -> NetworkError:
    name, message = error_of(answer)
    if answer.status == 429 or name == "RateLimitExceeded":
        return answer.slow_down()
    if answer.is_unclear:
        return answer.in_trouble()
    if name in _DECISIONS:
        return _DECISIONS[name](answer.clean(message))
    if answer.status == 413:
        return _file_too_large(message)
    if not name:
        return answer.not_from("a Bluesky server")
    return _rejected(answer.clean(message or name))


def error_of(answer: Answer) -> tuple[str, str]:
    """The error's name and message; both empty when something else than the server spoke."""
    said = answer.json_or_none()
    if not isinstance(said, Mapping) or not isinstance(said.get("error"), str):
        return "", ""
    return said["error"], str(said.get("message") or "")


def is_served(answer: Answer) -> bool:
    """False when the server neither serves the method nor has anyone to pass it on to. It says so
    in one of these ways, of which the reference PDS showed the first and the last."""
    name, message = error_of(answer)
    return answer.ok or not (name in _NOT_SERVED or message.startswith("No service configured"))


def is_record_missing(answer: Answer) -> bool:
    """Whether getRecord, asked of the account's own server, answered that there is no such
    record. Nothing else that it says is proof of that."""
    return answer.status == 400 and error_of(answer)[0] == "RecordNotFound"


def _expired(_: str) -> NetworkError:
    return Expired("token-expired", "The session has lapsed. Nothing was posted.")


def _suspended(_: str) -> NetworkError:
    return Refused("account-suspended", "Bluesky has taken this account down. Nothing was posted.")


def _deactivated(_: str) -> NetworkError:
    return Refused(
        "account-deactivated",
        "This account is deactivated. Nothing was posted; activate it again on Bluesky.",
    )


def _gone(_: str) -> NetworkError:
    return Refused("account-gone", "This account is no longer on its server. Nothing was posted.")


def _file_too_large(_: str) -> NetworkError:
    return Refused(
        "image-too-large",
        "The server takes no file this large. Nothing was posted; attach a smaller one.",
    )


def _blob_missing(_: str) -> NetworkError:
    """The reference PDS looks for the blobs before it writes the record, in one transaction."""
    return PrepareAnew(
        "media-lost",
        "The server no longer has the image or video that was sent to it. Nothing was posted; it "
        "is sent again.",
    )


def _already_there(_: str) -> NetworkError:
    """The key is ours, made by chance for one post: so that post is there, though not word for
    word as it would be sent now. Looking it up settles it; sending again could not."""
    return Unknown("already-there", "A post with this key is already there, with other content.")


def _rejected(message: str) -> NetworkError:
    if "must not be longer" in message or "too big" in message or "too long" in message:
        return Refused("too-long", f"Bluesky refused the post: {message} Nothing was posted.")
    return Refused(
        "rejected", f"Bluesky refused the request: “{message}” Nothing was posted.", said=message
    )


_DECISIONS: Mapping[str, Callable[[str], NetworkError]] = {
    "ExpiredToken": _expired,
    "InvalidToken": _expired,
    "AuthMissing": _expired,
    "AuthenticationRequired": _expired,
    "MissingTokenId": _expired,
    "AccountTakedown": _suspended,
    "AccountSuspended": _suspended,
    "RepoTakendown": _suspended,
    "RepoSuspended": _suspended,
    "AccountDeactivated": _deactivated,
    "RepoDeactivated": _deactivated,
    "AccountNotFound": _gone,
    "RepoNotFound": _gone,
    "BlobTooLarge": _file_too_large,
    "PayloadTooLarge": _file_too_large,
    "BlobNotFound": _blob_missing,
    "InvalidSwap": _already_there,
}
