from django.apps import AppConfig


class DeliverConfig(AppConfig):
    name = "parvis.deliver"
