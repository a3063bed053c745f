"""The address of a feed, and the rule by which its entries become posts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from parvis.compose.content import ordered_tags
from parvis.compose.links import UTM_NAMES
from parvis.compose.models import Campaign
from parvis.connections.models import Account
from parvis.intake.checking import LONGEST_TAG
from parvis.intake.feed_models import Becomes
from parvis.intake.feed_rules import Rule, unknown_names
from parvis.intake.feed_verbs import MOST_FROM_BEFORE
from parvis.report.feeds import RuleChoices
from parvis.report.sentences import duration_in_words

LONGEST_ADDRESS = 2000
_DELAYS = (0, 15, 30, 60, 3 * 60, 12 * 60, 24 * 60)
_MOST_WORDS, _LONGEST_WORD = 30, 100


class AddressForm(forms.Form):
    """Valid with `cleaned_data["address"]`."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Of the feed, or of a page that has one: example.org/blog."),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class RuleForm(forms.Form):
    """Valid with `rule`. Lists are typed with commas between what they hold."""

    accounts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Accounts"),
        queryset=Account.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    template = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=gettext_lazy(
            "{title}, {link}, {summary} and {author} stand for what the entry says. What is too "
            "long for a network is shortened at a word, the summary first; a link is never cut."
        ),
    )
    becomes = forms.ChoiceField(
        label=gettext_lazy("A new entry becomes"),
        choices=Becomes.choices,
        widget=forms.RadioSelect,
    )
    delay_minutes = forms.TypedChoiceField(label=gettext_lazy("After"), coerce=int, choices=list)
    most_a_day = forms.IntegerField(
        label=gettext_lazy("At most a day"),
        help_text=gettext_lazy(
            "Empty for as many as come. What comes beyond it waits for the next day, three days at "
            "most."
        ),
        required=False,
        min_value=1,
        max_value=200,
    )
    words = forms.CharField(
        label=gettext_lazy("With one of these words"),
        help_text=gettext_lazy("With commas between them; capitals and accents do not matter."),
        required=False,
        max_length=1000,
    )
    without = forms.CharField(
        label=gettext_lazy("Without any of these words"), required=False, max_length=1000
    )
    categories = forms.CharField(
        label=gettext_lazy("In one of these categories"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"list": "feed-categories"}),
    )
    from_before = forms.IntegerField(
        label=gettext_lazy("Of the entries that are there already, the newest become drafts"),
        help_text=gettext_lazy("How many; 0 for none."),
        min_value=0,
        max_value=MOST_FROM_BEFORE,
    )
    campaign = forms.ModelChoiceField(
        label=gettext_lazy("Campaign"), queryset=Campaign.objects.none(), required=False
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy("With commas between them."),
        required=False,
        max_length=1000,
    )
    utm_source = forms.CharField(label="utm_source", required=False, max_length=120)
    utm_medium = forms.CharField(label="utm_medium", required=False, max_length=120)
    utm_campaign = forms.CharField(label="utm_campaign", required=False, max_length=120)
    utm_content = forms.CharField(label="utm_content", required=False, max_length=120)

    def __init__(self, data: Any = None, *, rule: Rule, choices: RuleChoices) -> None:
        super().__init__(data, initial=_initial(rule))
        self._rule = rule
        _offer(self.fields["accounts"], Account.objects.filter(pk__in=_keys(choices.accounts)))
        _offer(self.fields["campaign"], Campaign.objects.filter(pk__in=_keys(choices.campaigns)))
        delay = self.fields["delay_minutes"]
        assert isinstance(delay, forms.TypedChoiceField)
        delay.choices = [(n, _said_delay(n)) for n in sorted({*_DELAYS, rule.delay_minutes})]

        self.fields["campaign"].empty_label = pgettext("campaign", "none")  # type: ignore[attr-defined]

    @property
    def utm_fields(self) -> list[forms.BoundField]:
        return [self[f"utm_{name}"] for name in UTM_NAMES]

    @property
    def chosen_accounts(self) -> set[str]:
        """Their numbers as text, also while the form is wrong."""
        return {str(getattr(each, "pk", each)) for each in self["accounts"].value() or ()}

    @property
    def rule(self) -> Rule:
        kept = self.cleaned_data
        return Rule(
            accounts=list(kept["accounts"].select_related("workspace").order_by("pk")),
            template=kept["template"].replace("\r\n", "\n"),
            campaign=kept["campaign"],
            tags=kept["tags"],
            utm={name: kept[f"utm_{name}"] for name in UTM_NAMES if kept[f"utm_{name}"]},
            becomes=Becomes(kept["becomes"]),
            delay_minutes=kept["delay_minutes"],
            most_a_day=kept["most_a_day"],
            words=kept["words"],
            without=kept["without"],
            categories=kept["categories"],
            from_before=kept["from_before"],
        )

    def clean_template(self) -> str:
        template: str = self.cleaned_data["template"]
        if unknown := unknown_names(template):
            raise ValidationError(
                _("{%(name)s} stands for nothing. Use {title}, {link}, {summary} or {author}.")
                % {"name": unknown[0][:40]}
            )
        return template

    def clean_tags(self) -> list[str]:
        tags = _listed(self.cleaned_data["tags"])
        if any(len(tag) > LONGEST_TAG for tag in tags):
            raise ValidationError(_("A tag has at most %(n)s characters.") % {"n": LONGEST_TAG})
        return list(ordered_tags(tags))

    def clean_words(self) -> list[str]:
        return _words(self.cleaned_data["words"])

    def clean_without(self) -> list[str]:
        return _words(self.cleaned_data["without"])

    def clean_categories(self) -> list[str]:
        return _words(self.cleaned_data["categories"])


def _offer(field: forms.Field, queryset: Any) -> None:
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = queryset


def _keys(rows: Any) -> list[int]:
    return [row.pk for row in rows]


def _listed(typed: str) -> list[str]:
    parts = [" ".join(part.split()).removeprefix("#") for part in typed.split(",")]
    return [part for part in parts if part]


def _words(typed: str) -> list[str]:
    words = _listed(typed)
    if len(words) > _MOST_WORDS or any(len(word) > _LONGEST_WORD for word in words):
        raise ValidationError(_("These are too many, or too long."))
    return words


def _said_delay(minutes: int) -> str:
    return duration_in_words(minutes) if minutes else _("at once")


def _initial(rule: Rule) -> dict[str, Any]:
    lists = ("tags", "words", "without", "categories")
    plain = ("template", "becomes", "delay_minutes", "most_a_day", "from_before")
    return {
        "accounts": [account.pk for account in rule.accounts],
        "campaign": rule.campaign,
        **{name: getattr(rule, name) for name in plain},
        **{name: ", ".join(getattr(rule, name)) for name in lists},
        **{f"utm_{name}": rule.utm.get(name, "") for name in UTM_NAMES},
    }
