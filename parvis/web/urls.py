"""Every address of the desk."""

from django.urls import include, path

from parvis.web.views import (
    account,
    accounts,
    appearance,
    connecting,
    deciding,
    errors,
    health,
    language,
    oauth,
    opening,
    rehearsing,
    sign_in,
    today,
)

urlpatterns = [
    path("", today.show_today, name="today"),
    path("opening/", opening.open_the_desk, name="opening"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("language/", language.choose_language, name="language"),
    path("appearance/", appearance.choose_appearance, name="appearance"),
    path("deliveries/<int:delivery_id>/release/", deciding.release, name="delivery-release"),
    path(
        "deliveries/<int:delivery_id>/it-is-there/",
        deciding.it_is_there,
        name="delivery-it-is-there",
    ),
    path(
        "deliveries/<int:delivery_id>/look-again/", deciding.look_again, name="delivery-look-again"
    ),
    path(
        "deliveries/<int:delivery_id>/send-again/", deciding.send_again, name="delivery-send-again"
    ),
    path("deliveries/<int:delivery_id>/move/", deciding.move, name="delivery-move"),
    path("deliveries/<int:delivery_id>/give-up/", deciding.give_up, name="delivery-give-up"),
    path(
        "deliveries/<int:delivery_id>/release-after-limit/",
        deciding.release_after_limit,
        name="delivery-release-after-limit",
    ),
    path("deliveries/<int:delivery_id>/set-aside/", deciding.set_aside, name="delivery-set-aside"),
    path(
        "deliveries/<int:delivery_id>/write-anew/", deciding.write_anew, name="delivery-write-anew"
    ),
    path("accounts/", accounts.list_accounts, name="accounts"),
    path("accounts/connect/bluesky/", accounts.connect_bluesky, name="connect-bluesky"),
    path("accounts/connect/mastodon/", accounts.connect_mastodon, name="connect-mastodon"),
    path(
        "accounts/connect/mastodon/token/",
        accounts.connect_mastodon_token,
        name="connect-mastodon-token",
    ),
    path("accounts/connect/<slug:network>/", connecting.connect_network, name="connect"),
    path("accounts/choose/<str:batch>/", connecting.choose_accounts, name="choose-accounts"),
    path("accounts/rehearse/", rehearsing.rehearse_with_all, name="rehearse"),
    path("accounts/rehearse/<slug:network>/", rehearsing.rehearse_on_its_pages, name="rehearse-on"),
    path("accounts/return/", oauth.come_back, name="oauth-return"),
    path("accounts/<int:account_id>/", account.show_account, name="account"),
    path("accounts/<int:account_id>/check/", account.check, name="account-check"),
    path("accounts/<int:account_id>/limits/", account.read_limits, name="account-limits"),
    path("accounts/<int:account_id>/reconnect/", account.reconnect, name="reconnect"),
    path("accounts/<int:account_id>/disconnect/", accounts.disconnect, name="disconnect"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("queue/", include("parvis.web.queue_urls")),
    path("", include("parvis.web.compose_urls")),
    path("", include("parvis.web.writing_urls")),
    path("", include("parvis.web.import_urls")),
    path("", include("parvis.web.calendar_urls")),
    path("", include("parvis.web.library_urls")),
    path("", include("parvis.web.posts_urls")),
    path("", include("parvis.web.feeds_urls")),
    path("", include("parvis.web.settings_urls")),
    path("", include("parvis.web.recurring_urls")),
    path("", include("parvis.web.figures_urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
