"""`parvis backup` and `parvis restore`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.backup.make import Made
    from parvis.backup.restore import Restored

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup file.")]
WithoutKey = Annotated[
    bool,
    typer.Option("--without-key", help="Leave the keys out: nobody can open the tokens then."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put the backup in the place of the desk that is here.")
]


def register(program: typer.Typer) -> None:
    command(program, "backup")(backup)
    command(program, "restore")(restore)


def backup(
    voice: Voice, file: BackupFile, without_key: WithoutKey = False, force: Force = False
) -> None:
    """Save the whole desk in one file, while it runs: database, pictures, keys.

    Keep the file as you would keep a password: with the keys in it, it opens the accounts.
    """
    from parvis.cli.desk import opened_desk

    with opened_desk() as installed:
        from parvis.backup.make import back_up

        with voice.progress("Backing up") as advance:
            made = back_up(
                installed,
                file.expanduser().absolute(),
                with_key=not without_key,
                overwrite=force,
                heard=lambda done, total: advance("Backing up", done, total),
            )
    _tell_made(voice, made)


def restore(voice: Voice, file: BackupFile, replace: Replace = False) -> None:
    """Put a desk back from a backup file. Parvis must not be running.

    Whatever may have been published since the backup was made is not sent again by itself.
    """
    from parvis.cli.desk import emptied_desk

    with emptied_desk() as installed:
        from parvis.backup import restore as restoring

        with voice.progress("Checking") as advance:
            restored = restoring.restore(
                installed,
                file.expanduser().absolute(),
                replace=replace,
                heard=advance,
            )
    _tell_restored(voice, restored)


def _tell_made(voice: Voice, made: "Made") -> None:
    manifest = made.manifest
    facts = {
        "file": made.file,
        "bytes": made.size,
        "made_at": manifest.made_at,
        "counts": manifest.counts,
        "with_key": manifest.has_sealing_key,
        "missing_media": manifest.missing_media,
    }
    moment = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    sentences = [f"{made.file} holds the desk of {moment}: {_counted(manifest.counts)}."]
    if manifest.has_sealing_key:
        sentences.append("It opens the connected accounts: keep it as you would keep a password.")
    elif manifest.counts.get("accounts"):
        sentences.append(
            "It holds no key: after a restore from it every account must be connected again."
        )
    if manifest.missing_media:
        sentences.append(
            f"{len(manifest.missing_media)} pictures were missing from the data folder and are "
            "not in it; `parvis doctor` names them."
        )
    voice.answer(facts, *sentences)
    if manifest.missing_media:
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))


def _tell_restored(voice: Voice, restored: "Restored") -> None:
    manifest, distrusted = restored.manifest, restored.distrusted
    facts = {
        "made_at": manifest.made_at,
        "counts": manifest.counts,
        "migrated": restored.migrated,
        "accounts_to_reconnect": restored.to_reconnect,
        "to_decide": distrusted.to_decide,
        "looked_up": distrusted.looked_up,
        "missing_media": manifest.missing_media,
    }
    voice.answer(facts, *_sentences_about(restored))
    if distrusted.to_decide or restored.to_reconnect or manifest.missing_media:
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))


def _sentences_about(restored: "Restored") -> list[str]:
    manifest, distrusted = restored.manifest, restored.distrusted
    said = [
        f"The desk of {manifest.made_at:%Y-%m-%d %H:%M} UTC is back: {_counted(manifest.counts)}. "
        "Everybody signs in anew."
    ]
    if distrusted.to_decide:
        said.append(
            f"{distrusted.to_decide} deliveries may have been published after the backup was made. "
            "Nothing of them is sent before somebody decides: `parvis posts --state to-decide`."
        )
    if distrusted.looked_up:
        said.append(f"{distrusted.looked_up} deliveries will be looked up on their networks.")
    if restored.to_reconnect:
        said.append(
            f"The key is not the one that sealed the tokens of {', '.join(restored.to_reconnect)}: "
            "connect these accounts again. Their posts wait for that."
        )
    if manifest.missing_media:
        said.append(f"{len(manifest.missing_media)} pictures were not in the backup.")
    said.append(
        "If the desk that was backed up still runs somewhere, stop it before you start this one: "
        "both would publish the same posts."
    )
    return said


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{counts[name]} {one if counts[name] == 1 else many}"
        for name, (one, many) in _NAMES.items()
        if name in counts
    )


_NAMES = {
    "users": ("person", "people"),
    "accounts": ("account", "accounts"),
    "posts": ("post", "posts"),
    "deliveries": ("delivery", "deliveries"),
    "media": ("picture", "pictures"),
}
