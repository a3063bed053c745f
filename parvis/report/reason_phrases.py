"""Why a delivery did not go out, or not yet, in sentences by code.

deliver.courier, deliver.claims and the network modules say what happened. What follows from it
depends on the delivery's state, and is said by `phrases`. What a network said in its own words
(the fact `said`) is added behind a sentence that does not quote it.
"""

from django.utils.translation import gettext_lazy as _

# The owner must act; other posts would fare the same until then.
BLOCKED = {
    "version-retired": _(
        "The network no longer serves the version of its API that Parvis speaks. Install a newer "
        "version of Parvis."
    ),
    "retired": _(
        "%(host)s no longer offers what was asked for. A newer version of Parvis may know its "
        "successor: install it."
    ),
    "out-of-credit": _(
        "The developer account at %(host)s has no credit left, or has reached its cap. Buy credit "
        "or raise the cap in its developer console."
    ),
    "app-not-enrolled": _(
        "%(host)s does not let the developer app do this. Look at the app’s project and its access "
        "in the developer console."
    ),
    "app-suspended": _(
        "%(host)s has suspended the developer app. The developer console tells why: settle it "
        "there."
    ),
    "app-blocked": _(
        "The network has blocked the developer app. Look at the app’s own page there and do what "
        "is asked."
    ),
    "no-app": _(
        "The developer app that this account was connected with is no longer in the settings. "
        "Enter its credentials again under “Developer apps”."
    ),
    "bad-app": _(
        "The network no longer knows the developer app that this account was connected with. Enter "
        "its credentials again under “Developer apps”."
    ),
    "account-locked": _("%(host)s has locked this account for now. Sign in there to unlock it."),
    "account-suspended": _("The network has suspended this account. Sign in there to see why."),
    "account-disabled": _("%(host)s has shut this account out. Sign in there and see to it."),
    "account-restricted": _(
        "The network has restricted this account. Sign in there and do what is asked."
    ),
}

# The account's permission: a person connects it again, or it is renewed.
_PERMISSION = {
    "reconnect": _("The account must be connected again."),
    "disconnected": _("The account was disconnected."),
    "cannot-unseal": _(
        "The stored permission cannot be opened: the sealing key in the data folder is another "
        "one. Put the old key back, or connect the account again."
    ),
    "refresh-busy": _("The account’s permission is being renewed."),
    "not-refreshed": _("%(host)s did not renew the account’s permission (%(status)s)."),
    "token-dead": _("The network no longer accepts the permission that it gave."),
    "token-revoked": _("The permission for this account was taken back on the network."),
    "token-lapsed": _("The permission for this account has come to its end."),
    "token-expired": _("The session had lapsed and is renewed."),
    "scope-missing": _(
        "The account was connected with less permission than posting needs. Connect it again and "
        "allow what is asked."
    ),
    "no-permission": _(
        "The network does not let this account do that. Connect it again and allow what is asked, "
        "or ask whoever administers the page."
    ),
    "not-permitted": _("%(host)s does not permit this post to this account."),
    "account-deactivated": _(
        "This account is deactivated on its network. Activate it there first."
    ),
    "account-gone": _("This account is no longer on its server."),
}

# What Parvis itself knows.
_HERE = {
    "too-late": _("It was due longer ago than its post allows, and nothing could send it in time."),
    "paused": _("It became due during a pause that had begun %(since_when)s."),
    "worker-lost": _("The worker stopped while it was sending."),
    "restored": _("This desk was restored from a backup that may be older than what was sent."),
    "defect": _("A defect in Parvis interrupted the answer."),
    "media-missing": _(
        "A picture or video is missing from the data folder. Restore the folder from a backup, or "
        "write the post anew and add the file again."
    ),
    "file-missing": _(
        "A picture or video is missing from the data folder. Restore the folder from a backup, or "
        "write the post anew and add the file again."
    ),
    "no-public-address": _(
        "This network fetches pictures and videos from a public address, and Parvis has none. Set "
        "one up, or leave the account out."
    ),
}

# Whether it is out is being found out.
_LOOKED_FOR = {
    "cannot-tell": _(
        "The network did not confirm it, and what is on the account does not tell for certain."
    ),
    "under-way": _("It is not there yet, but the network may still be at it."),
    "absent": _("It was looked for and is surely not on the network."),
    "not-told": _("The network did not say whether it has the post."),
    "already-there": _("The network has a post under this identity already."),
    "published-already": _("The network says that what was prepared is published already."),
    "media-taken": _(
        "The network says that the pictures or the video belong to a post already, and not to "
        "which."
    ),
    "duplicate": _("The network holds an equal post already, and takes none twice."),
}

# The network, or the way to it, was not at its best.
_TROUBLE = {
    "no-answer": _("The network did not answer."),
    "unreadable": _("The network’s answer could not be understood."),
    "server-trouble": _("%(host)s answered with trouble of its own (%(status)s)."),
    "unreachable": _("%(host)s cannot be reached."),
    "too-late-to-send": _(
        "This machine was held up before it could send to %(host)s, so it did not send."
    ),
    "unknown-host": _("No server named “%(host)s” could be found."),
    "not-secure": _("%(host)s does not speak https as it should."),
    "odd-answer": _(
        "%(host)s gave an answer (%(status)s) that is not its own: something stands before it."
    ),
}

# Limits: it goes on when there is room.
_LIMITS = {
    "rate-limit": _("%(host)s asks to wait before the next request."),
    "daily-limit": _("The account has posted as often as %(host)s allows in a day."),
    "daily-quota": _(
        "The network takes %(limit)s of these from an account in 24 hours, and %(count)s went out."
    ),
    "publishing-limit": _(
        "The network takes %(limit)s posts from an account in 24 hours, and %(used)s went out."
    ),
    "video-limit": _("The account has uploaded as much video as the network allows in a day."),
}

# The network is at work, as networks are: nothing is wrong.
CALM = {
    "processing": _("The network is still working on the pictures or the video."),
    "image-not-ready": _("The server is still working on a picture."),
    "media-not-found": _("The network does not find yet what was prepared."),
    "container-lost": _("The network no longer has what was prepared: it is prepared anew."),
    "media-lost": _("The network no longer has the uploaded files: they are sent again."),
    "media-gone": _("The network no longer has the uploaded files: they are sent again."),
    "media-expired": _("The network no longer has the uploaded files: they are sent again."),
    "upload-lost": _("The network no longer has the uploaded files: they are sent again."),
    "video-lost": _("The network has lost the upload of the video: it is sent again."),
    "video-service-busy": _("The network’s video service is busy."),
}

_MEDIA = {
    "media-unreachable": _(
        "The network could not fetch the pictures or the video from their public address. See that "
        "it can be reached from outside."
    ),
    "media-failed": _(
        "The network could not process the pictures or the video, and does not say why."
    ),
    "media-refused": _("The network takes one of the pictures or the video not as it is."),
    "media-too-large": _("The network takes no file this large."),
    "odd-upload-address": _("The network named no address for an upload that can be used."),
    "upload-stalled": _("The network asks for the same piece of the video again and again."),
    "image-too-large": _("The server takes no picture this large."),
    "animation-too-large": _("The network takes no moving picture this large."),
    "image-type": _("The network takes no pictures of type %(type)s."),
    "image-too-wide": _("A picture has more pixels than this network takes."),
    "image-shape": _("A picture is too wide or too tall for this network: crop it."),
    "no-animation": _("On this network a moving picture would stand still."),
    "animation-alone": _("On this network a moving picture stands alone in a post."),
    "too-many-images": _("There were more pictures than this network takes."),
    "too-many-videos": _("There were more videos than this network takes."),
    "too-many-media": _("There were more pictures and videos than this network takes."),
    "alt-too-long": _("A picture’s description is too long for this network."),
    "alt-not-taken": _("This network takes no description with this kind of media."),
    "no-video": _("This network takes no video from us."),
    "no-video-service": _("The account’s server takes videos of type MP4 alone."),
    "video-beside-images": _("This network takes no video beside pictures."),
    "video-failed": _("The network could not process the video."),
    "video-refused": _("The network cannot use this video."),
    "video-forbidden": _(
        "The network lets this account upload no video. Confirm the account’s e-mail address "
        "there, or take the video out."
    ),
    "video-type": _("The network takes no videos of type %(type)s."),
    "video-too-large": _("The network takes no video this large."),
    "video-too-wide": _("The video has more pixels than this network takes."),
    "video-too-long": _(
        "The video lasts %(seconds)s seconds, and %(limit)s are the most that the network takes."
    ),
    "video-too-short": _(
        "The video lasts %(seconds)s seconds, and %(limit)s are the least that the network takes."
    ),
}

_WORDS = {
    "rejected": _("The network refused it: “%(said)s”."),
    "spam": _("The network took the post for spam. Wait some hours, or write it differently."),
    "refused-as-spam": _(
        "The network took the post for spam. Wait some hours, or write it differently."
    ),
    "too-long": _("The network found the text too long."),
    "too-many-bytes": _("The text takes more bytes than this network allows."),
    "link-too-long": _("A link is longer than one part of %(limit)s characters: shorten it."),
    "sign-too-long": _("One sign of the text is longer than a part of %(limit)s characters."),
    "too-many-hashtags": _("There were more hashtags than this network takes: %(limit)s."),
    "too-many-mentions": _("There were more mentions than this network takes: %(limit)s."),
    "too-many-cashtags": _("There were more cashtags than this network takes: %(limit)s."),
    "too-many-links": _("There were more different links than this network takes: %(limit)s."),
    "topic-not-permitted": _(
        "The network does not permit the first hashtag as a topic. Take it out, or write another "
        "one before it."
    ),
    "empty": _("There was neither text nor picture."),
    "needs-image": _("This network takes no post without a picture."),
}

_CHOICES = {
    "no-content-warning": _("This network has no content warning."),
    "no-visibility": _("This network cannot post as “%(visibility_said)s”."),
    "no-reply-setting": _("This network cannot limit who may answer in this way."),
    "no-format": _("This network has no posts of this format."),
    "reel-needs-video": _("A reel is one video, and nothing beside it."),
    "story-needs-one": _("A story is one picture or one video."),
    "story-without-text": _("A story on this network carries no text."),
    "no-poll": _("This network takes no poll from us."),
    "poll-one-choice": _("A poll on this network allows one choice alone."),
    "poll-with-media": _("This network takes no poll beside pictures or videos."),
    "poll-minutes": _("A poll on this network cannot last %(minutes)s minutes."),
    "poll-options": _("A poll on this network has 2 to %(limit)s options."),
    "poll-empty-option": _("An option of the poll is empty."),
    "poll-option-too-long": _(
        "An option of the poll is longer than the %(limit)s characters that this network takes."
    ),
    "poll-question": _(
        "The first line of the text is the poll’s question here, of at most %(limit)s characters."
    ),
}

# A thread and a first comment: what a part answers.
_ANSWERING = {
    "parent-gone": _("The post that this one answers is no longer there."),
    "thread-gone": _("The post that this one answers is no longer there."),
    "post-gone": _("The post is no longer on the network."),
    "not-shown-yet": _("The network does not show the post, though it is there."),
    "reply-closed": _("%(host)s lets this account not answer that post."),
    "no-comment": _("This network takes no comment of ours below a post."),
    "comment-text-alone": _("A comment on this network is text alone."),
    "no-post-to-comment": _("A first comment needs the post that it is for."),
    "no-thread": _("This network has no threads, only a comment below a post."),
    "no-delete": _("The network lets nobody delete this post from here: delete it in its app."),
    "not-deleted": _("The network did not delete the post. It is still there."),
}

REASONS = {
    **BLOCKED,
    **_PERMISSION,
    **_HERE,
    **_LOOKED_FOR,
    **_TROUBLE,
    **_LIMITS,
    **CALM,
    **_MEDIA,
    **_WORDS,
    **_CHOICES,
    **_ANSWERING,
}
