"""Sessions on the account's own server: signing in with an app password, and staying signed in.

createSession is limited to 30 in five minutes and 300 a day for an account (reference PDS), so a
session is kept and refreshed, and the app password is the last resort.
"""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta

from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.identity import Directory, tidy
from parvis.networks.contract import Account, Connected, Json, Tokens, Traits
from parvis.networks.errors import Expired, NetworkError, Reconnect, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.secret import Secret

# Access tokens live two hours (read from those of the reference PDS).
_REFRESH_BEFORE = timedelta(minutes=30)
_INVALID_HANDLE = "handle.invalid"


async def sign_in(
    http: Http, directory: Directory, typed: str, password: Secret, traits: Traits
) -> Connected:
    """Raises Refused with a sentence for each way in which this can go wrong."""
    name = tidy(typed)
    password = Secret(password.reveal().strip())
    if "@" in name:
        session = await _create(http, directory.entryway, name, password)
        identity = await directory.describe(http, str(session["did"]))
    else:
        identity = await directory.find(http, name)
        session = await _create(http, identity.server, identity.did, password)
        if session["did"] != identity.did:
            raise Refused("another-account", "The server signed in another account than this.")
    return Connected(
        network=xrpc.NETWORK,
        server=identity.server,
        remote_id=identity.did,
        handle=_handle(session, identity.handle or identity.did),
        display_name=await _display_name(http, identity.server, identity.did),
        tokens=read_tokens(session, password),
        traits=traits,
    )


async def sign_in_at(
    http: Http, server: str, typed: str, password: Secret, traits: Traits
) -> Connected:
    """At a server that the person named, which is asked who the account is."""
    password = Secret(password.reveal().strip())
    session = await _create(http, server, tidy(typed), password)
    did = str(session["did"])
    return Connected(
        network=xrpc.NETWORK,
        server=server,
        remote_id=did,
        handle=_handle(session, did),
        display_name=await _display_name(http, server, did),
        tokens=read_tokens(session, password),
        traits=traits,
    )


async def refresh(http: Http, account: Account) -> Tokens:
    """By the refresh token; when that is dead, by the app password; when that is dead too, a
    person must connect the account again."""
    kept = account.tokens
    if kept.refresh is not None:
        try:
            return await _refresh(http, account.server, kept)
        except Expired:
            pass
    if kept.password is None:
        raise _dead()
    try:
        session = await _create(http, account.server, account.remote_id, kept.password)
    except Refused as refusal:
        if refusal.code in ("wrong-password", "needs-app-password"):
            raise _dead() from None
        raise
    return read_tokens(session, kept.password)


async def present_handle(http: Http, account: Account) -> str:
    answer = await xrpc.query(
        http,
        account.server,
        "com.atproto.server.getSession",
        "check account",
        token=account.tokens.access,
    )
    return _handle(xrpc.read(answer), account.handle)


async def _create(http: Http, server: str, identifier: str, password: Secret) -> Json:
    answer = await xrpc.procedure(
        http,
        server,
        "com.atproto.server.createSession",
        "sign in",
        {"identifier": identifier, "password": password},
    )
    if not answer.ok:
        raise sign_in_failure(answer)
    return read_session(answer)


def read_session(answer: Answer) -> Json:
    """What createSession or refreshSession answered, if it is a session that can post."""
    session = xrpc.read(answer)
    if not all(isinstance(session.get(name), str) for name in ("accessJwt", "refreshJwt", "did")):
        raise answer.unreadable()
    if session.get("active") is False:
        raise Refused(
            "account-deactivated",
            "This account is not active on its server. Activate it there, then connect it again.",
        )
    return session


def sign_in_failure(answer: Answer) -> NetworkError:
    name, _ = xrpc.error_of(answer)
    if name == "AuthFactorTokenRequired":
        return Refused(
            "needs-app-password",
            "This account asks for a code sent by e-mail. Make an app password for Parvis instead: "
            "on Bluesky, Settings → Privacy and security → App passwords.",
        )
    if name == "AuthenticationRequired" or (not name and answer.status == 401):
        return Refused(
            "wrong-password",
            "The handle or the password is wrong. Make an app password for Parvis: on Bluesky, "
            "Settings → Privacy and security → App passwords.",
        )
    return xrpc.failure(answer)


async def _refresh(http: Http, server: str, kept: Tokens) -> Tokens:
    answer = await xrpc.procedure(
        http, server, "com.atproto.server.refreshSession", "refresh session", token=kept.refresh
    )
    return read_tokens(read_session(answer), kept.password)


async def _display_name(http: Http, server: str, did: str) -> str:
    """The name from the profile record. An account need not have one, and signing in does not
    fail for want of it."""
    try:
        uri = f"at://{did}/app.bsky.actor.profile/self"
        answer = await xrpc.get_record(http, server, uri, "read profile")
        profile = xrpc.read(answer).get("value")
    except NetworkError:
        return ""
    return str(profile.get("displayName") or "") if isinstance(profile, dict) else ""


def read_tokens(session: Json, password: Secret | None) -> Tokens:
    """With the app password kept, no person is needed until it is revoked."""
    expires_at = expiry(session["accessJwt"])
    return Tokens(
        access=Secret(session["accessJwt"]),
        refresh=Secret(session["refreshJwt"]),
        password=password,
        expires_at=expires_at,
        refresh_at=expires_at and expires_at - _REFRESH_BEFORE,
        lapses_at=None if password else expiry(session["refreshJwt"]),
    )


def expiry(jwt: str) -> datetime | None:
    """The `exp` that the token states. It is not verified: it is only a hint when to refresh."""
    try:
        payload = jwt.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, binascii.Error):
        return None


def _handle(session: Json, otherwise: str) -> str:
    handle = session.get("handle")
    return handle if isinstance(handle, str) and handle != _INVALID_HANDLE else otherwise


def _dead() -> Reconnect:
    return Reconnect(
        "token-dead",
        "Bluesky no longer accepts the session or the app password. Nothing was posted; connect "
        "the account again with a new app password.",
    )
