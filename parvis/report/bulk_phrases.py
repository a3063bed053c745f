"""Why one of many posts stayed as it was, in sentences."""

from django.utils.translation import gettext as _

from parvis.deliver.in_bulk import Obstacle


def sentence_for(obstacle: Obstacle) -> str:
    return _sentences()[obstacle]


def _sentences() -> dict[Obstacle, str]:
    return {
        Obstacle.ON_ITS_WAY: _("Part of it is on its way or has gone out."),
        Obstacle.GONE_BY: _("The moment it would have moved to has gone by."),
        Obstacle.NO_TIME: _("No time is chosen for it yet."),
        Obstacle.A_DRAFT: _("It is a draft already."),
        Obstacle.DELETED: _("It is deleted. Put it back first."),
        Obstacle.NOT_DELETED: _("It is not deleted."),
        Obstacle.SO_ALREADY: _("It was so already."),
    }
