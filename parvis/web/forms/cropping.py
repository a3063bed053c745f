"""Reads which part of a picture shall stand by itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.compose.models import Media
from parvis.compose.pictures import Box
from parvis.report.library_shapes import ratio_of


class CropForm(forms.Form):
    """In pixels of the picture; `shape` is a value of report.library_shapes."""

    left = forms.IntegerField(min_value=0, label=gettext_lazy("From the left"))
    top = forms.IntegerField(min_value=0, label=gettext_lazy("From the top"))
    width = forms.IntegerField(min_value=1, label=gettext_lazy("Width"))
    height = forms.IntegerField(min_value=1, label=gettext_lazy("Height"))
    shape = forms.CharField(required=False, max_length=10)

    def __init__(self, media: Media, data: Any = None) -> None:
        whole = {"left": 0, "top": 0, "width": media.width, "height": media.height}
        super().__init__(data, initial=whole)
        self._media = media

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if not self.errors and not self._is_inside(sent):
            raise forms.ValidationError(
                _("This reaches over the edge: the picture has %(width)s × %(height)s pixels."),
                params={"width": self._media.width, "height": self._media.height},
            )
        return sent

    @property
    def box(self) -> Box:
        sent = self.cleaned_data
        box = Box(**{name: sent[name] for name in ("left", "top", "width", "height")})
        ratio = ratio_of(sent["shape"])
        return box.of_shape(ratio) if ratio else box

    def _is_inside(self, sent: dict[str, Any]) -> bool:
        right, bottom = sent["left"] + sent["width"], sent["top"] + sent["height"]
        return bool(right <= self._media.width and bottom <= self._media.height)
