"""The addresses of the queue."""

from django.urls import path

from parvis.web.views import pausing, queue, slots

urlpatterns = [
    path("", queue.show_queue, name="queue"),
    path("fill/", queue.fill, name="queue-fill"),
    path("next/", queue.fill_next, name="queue-next"),
    path("swap/", queue.swap, name="queue-swap"),
    path("pause/", pausing.pause_all, name="pause-all"),
    path("resume/", pausing.resume_all, name="resume-all"),
    path("<int:account_id>/pause/", pausing.pause, name="pause"),
    path("<int:account_id>/resume/", pausing.resume, name="resume"),
    path("<int:account_id>/held/send/", pausing.send_held, name="held-send"),
    path("<int:account_id>/held/move/", pausing.move_held, name="held-move"),
    path("<int:account_id>/held/give-up/", pausing.give_up_held, name="held-give-up"),
    path("<int:account_id>/slots/", slots.change_slots, name="slots"),
]
