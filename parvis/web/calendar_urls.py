"""The addresses of the calendar."""

from django.urls import path

from parvis.web.views import calendar, calendar_feed

urlpatterns = [
    path("calendar/", calendar.show_calendar, name="calendar"),
    path("calendar/move/", calendar.move, name="calendar-move"),
    path("calendar/feed/", calendar_feed.change_address, name="calendar-feed-address"),
    path("calendar/<str:key>.ics", calendar_feed.show_feed, name="calendar-feed"),
]
