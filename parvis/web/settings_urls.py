"""The addresses of the settings, of an account's pause, and of the door that invitations open."""

from django.urls import path

from parvis.web.views import (
    account,
    backup,
    developer_apps,
    hook,
    joining,
    notifications,
    people,
    settings,
)

urlpatterns = [
    path("settings/", settings.show_yourself, name="settings"),
    path("settings/yourself/", settings.change_yourself, name="settings-yourself"),
    path("settings/password/", settings.change_password, name="settings-password"),
    path("settings/elsewhere/", settings.sign_out_elsewhere, name="settings-elsewhere"),
    path("settings/workspace/", settings.change_workspace, name="settings-workspace"),
    path("settings/notifications/", notifications.show, name="settings-notifications"),
    path("settings/notifications/test/", notifications.send_test, name="notifications-test"),
    path("settings/notifications/seen/", notifications.mark_seen, name="notifications-seen"),
    path("settings/notifications/webhook/", hook.keep, name="hook-keep"),
    path("settings/notifications/webhook/test/", hook.try_out, name="hook-test"),
    path("settings/notifications/webhook/remove/", hook.remove, name="hook-remove"),
    path("settings/people/", people.list_people, name="settings-people"),
    path("settings/people/invite/", people.invite, name="people-invite"),
    path(
        "settings/people/invitations/<int:invitation_id>/withdraw/",
        people.withdraw,
        name="people-withdraw",
    ),
    path("settings/people/<int:membership_id>/role/", people.change_role, name="people-role"),
    path("settings/people/<int:membership_id>/remove/", people.remove, name="people-remove"),
    path("settings/apps/", developer_apps.list_apps, name="developer-apps"),
    path("settings/apps/<slug:name>/", developer_apps.enter_app, name="developer-app"),
    path(
        "settings/apps/<slug:name>/forget/", developer_apps.forget_app, name="developer-app-forget"
    ),
    path("settings/backup/", backup.show_backup, name="settings-backup"),
    path("settings/backup/make/", backup.make, name="backup-make"),
    path("settings/backup/download/", backup.download, name="backup-download"),
    path("settings/backup/remove/", backup.remove, name="backup-remove"),
    path("accounts/<int:account_id>/rest/", account.rest, name="account-rests"),
    path("accounts/<int:account_id>/go-on/", account.go_on, name="account-goes-on"),
    path("join/<str:token>/", joining.join, name="join"),
]
