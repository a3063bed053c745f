"""Emoji with their names, for a picker: the usual ones of a shop or a town first, then all others.

Names are Unicode's (CLDR), in English and French, as the package `emoji` ships them.
"""

from functools import cache

import emoji

Named = tuple[str, str]

# One of a kind each, as a person looks for them; the search finds the others.
_USUAL = (
    "😀 😄 😁 😅 😂 🙂 😉 😊 😍 🤩 😎 🤓 🤔 😮 😢 😭 😡 😴 🥳 🤗 🙃 😇 😬 🙄 "
    "👍 👎 👏 🙌 🙏 👋 🤝 💪 ✌️ 👉 👈 👇 👆 ✍️ 👀 🧠 "
    "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ ⭐ 🔥 💡 ⚡ 🎉 🎊 🎁 🏆 🥇 "
    "📚 📖 📕 📗 📘 📙 📰 📝 ✏️ 🖊️ 📎 📌 📍 📅 🗓️ ⏰ ⏳ 📣 📢 🔔 💬 📧 📞 📷 🎥 🎧 🎵 🎭 🎨 🎬 "
    "☕ 🍵 🍷 🍞 🥐 🧀 🍎 🍰 🎂 🍕 🥗 🍓 "
    "🌍 🌞 🌙 ☀️ 🌧️ ❄️ 🌈 🌊 🌱 🌳 🌸 🌻 🍂 🐦 🐝 🐈 🐕 "
    "🏠 🏛️ ⛪ 🏫 🏪 🚲 🚆 🚌 🚗 ✈️ 🚶 "
    "✅ ❌ ❗ ❓ ⚠️ 🆕 🆓 ➡️ ⬅️ ⬆️ ⬇️ 🔗 🔒 🔑 🔍 🛒 💶 ♻️ ♿"
)
USUAL = tuple(_USUAL.split())

# Newer ones are boxes on many telephones still.
_NEWEST = 15.0
_TONES = frozenset("🏻🏼🏽🏾🏿")


@cache
def named_emoji(language: str) -> tuple[Named, ...]:
    """Each with its name in the language, or in English where it has none there."""
    chosen = "fr" if language.startswith("fr") else "en"
    emoji.config.load_language(chosen)
    return tuple((sign, _name(sign, chosen)) for sign in _all_of_them())


@cache
def _all_of_them() -> tuple[str, ...]:
    usual = dict.fromkeys(USUAL)
    others = sorted(sign for sign, known in emoji.EMOJI_DATA.items() if _is_offered(sign, known))
    return (*usual, *(sign for sign in others if sign not in usual))


def _is_offered(sign: str, known: dict[str, object]) -> bool:
    newness = known["E"]
    return (
        known["status"] == emoji.STATUS["fully_qualified"]
        and isinstance(newness, int | float)
        and newness <= _NEWEST
        and not _TONES.intersection(sign)
    )


def _name(sign: str, language: str) -> str:
    known = emoji.EMOJI_DATA[sign]
    name = known.get(language) or known["en"]
    return str(name).strip(":").replace("_", " ")
