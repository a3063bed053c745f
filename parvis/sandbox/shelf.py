"""One network's records, each collection a dictionary that is written through to the storage."""

from collections.abc import Iterator
from typing import Generic

from parvis.sandbox.records import App, Code, Item, Media, Person, Post, R, Token
from parvis.sandbox.records import from_json as record_from_json
from parvis.sandbox.records import to_json as record_to_json
from parvis.sandbox.storage import Storage


class Collection(Generic[R]):
    """Iterates in the order in which the records first came."""

    def __init__(self, storage: Storage, network: str, name: str, kind: type[R]) -> None:
        self._storage = storage
        self._network = network
        self._name = name
        self._kind = kind
        self._records: dict[str, R] = {}
        self.load()

    def load(self) -> None:
        self._records = {}
        for body in self._storage.read(self._network, self._name):
            self._took(record_from_json(self._kind, body))

    def get(self, key: str) -> R | None:
        return self._records.get(key)

    def known(self, key: str) -> R:
        """Of a key that another record names."""
        found = self.get(key)
        if found is None:
            raise LookupError(f"{self._network} has no {self._name} {key}")
        return found

    def put(self, record: R) -> R:
        self._storage.put(self._network, self._name, record.id, record_to_json(record))
        self._took(record)
        return record

    def remove(self, key: str) -> None:
        self._storage.remove(self._network, self._name, key)
        self._records.pop(key, None)

    def __iter__(self) -> Iterator[R]:
        return iter(tuple(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def _took(self, record: R) -> None:
        self._records[record.id] = record


class Posts(Collection[Post]):
    """Knows besides who wrote what and what answers what. Deleted posts stay in the collection,
    marked, and are left out of the lists."""

    def load(self) -> None:
        self._by_author: dict[str, list[str]] = {}
        self._by_parent: dict[str, list[str]] = {}
        super().load()

    def living(self, key: str) -> Post | None:
        post = self.get(key)
        return post if post is not None and post.deleted_at is None else None

    def by(self, author_id: str) -> list[Post]:
        """Newest first."""
        return self._all_living(reversed(self._by_author.get(author_id, [])))

    def answers_to(self, parent_id: str) -> list[Post]:
        """Direct answers, oldest first."""
        return self._all_living(iter(self._by_parent.get(parent_id, [])))

    def newest(self) -> list[Post]:
        return sorted(
            self._all_living(reversed(self._records)),
            key=lambda post: post.created_at,
            reverse=True,
        )

    def _all_living(self, keys: Iterator[str]) -> list[Post]:
        return [post for key in keys if (post := self.living(key)) is not None]

    def _took(self, record: Post) -> None:
        if record.id not in self._records:
            self._by_author.setdefault(record.author_id, []).append(record.id)
            if record.parent_id:
                self._by_parent.setdefault(record.parent_id, []).append(record.id)
        super()._took(record)


class Blobs:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, content: bytes) -> str:
        """Answers its SHA-256."""
        return self._storage.keep_blob(content)

    def read(self, sha256: str) -> bytes:
        return self._storage.read_blob(sha256)


class Shelf:
    def __init__(self, storage: Storage, network: str) -> None:
        self._storage = storage
        self._network = network
        self.people = Collection(storage, network, "person", Person)
        self.posts = Posts(storage, network, "post", Post)
        self.media = Collection(storage, network, "media", Media)
        self.apps = Collection(storage, network, "app", App)
        self.codes = Collection(storage, network, "code", Code)
        self.tokens = Collection(storage, network, "token", Token)
        self.blobs = Blobs(storage)
        self._items: dict[str, Collection[Item]] = {}

    def items(self, name: str) -> Collection[Item]:
        """A collection of the network's own, such as "container"."""
        if name not in self._items:
            self._items[name] = Collection(self._storage, self._network, f"item:{name}", Item)
        return self._items[name]

    def load(self) -> None:
        """Reads everything anew, as after a reset of the storage."""
        self.people.load()
        self.posts.load()
        self.media.load()
        self.apps.load()
        self.codes.load()
        self.tokens.load()
        for items in self._items.values():
            items.load()
