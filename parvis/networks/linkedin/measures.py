"""How posts fare: an organisation's in batches, a member's figure by figure, and public totals.

Sources: learn.microsoft.com, Organization Share Statistics (organic only, of the last twelve
months), Member Post Statistics, Social Metadata.
"""

from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parvis.networks import present
from parvis.networks.contract import Account
from parvis.networks.errors import Refused
from parvis.networks.http import Answer, Http
from parvis.networks.linkedin.api import NETWORK, NO_PERMISSION, failure, is_organisation
from parvis.networks.linkedin.restli import Value, address, headers
from parvis.networks.measures import Metric, Metrics

# How many posts are asked about in one call: their URNs must fit into one address.
BATCH = 50
_OF_ORGANISATIONS = {
    "impressionCount": Metric.IMPRESSIONS,
    "uniqueImpressionsCount": Metric.REACH,
    "clickCount": Metric.CLICKS,
    "likeCount": Metric.REACTIONS,
    "commentCount": Metric.COMMENTS,
    "shareCount": Metric.REPOSTS,
}
_OF_MEMBERS = {
    "IMPRESSION": Metric.IMPRESSIONS,
    "MEMBERS_REACHED": Metric.REACH,
    "REACTION": Metric.REACTIONS,
    "COMMENT": Metric.COMMENTS,
    "RESHARE": Metric.REPOSTS,
    # Of the versions of 2026.
    "POST_SAVE": Metric.SAVES,
}


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    """Raises Refused when LinkedIn lets the account read none of it."""
    sheet = Sheet(http, account)
    for start in range(0, len(remote_ids), BATCH):
        batch = remote_ids[start : start + BATCH]
        if is_organisation(account):
            await sheet.read(sheet.read_share_statistics(batch))
        else:
            await sheet.read(sheet.read_member_statistics(batch))
        await sheet.read(sheet.read_totals(batch))
    return sheet.metrics(remote_ids)


@dataclass(slots=True)
class Sheet:
    """What has been read so far. One refused kind of figure leaves the other kinds standing."""

    http: Http
    account: Account
    counts: dict[str, dict[Metric, int]] = field(default_factory=lambda: defaultdict(dict))
    gone: set[str] = field(default_factory=set)
    readings: int = 0
    refusals: list[Refused] = field(default_factory=list)

    async def read(self, reading: Awaitable[None]) -> None:
        try:
            await reading
        except Refused as refusal:
            self.refusals.append(refusal)
        else:
            self.readings += 1

    def metrics(self, remote_ids: Sequence[str]) -> tuple[Metrics, ...]:
        if self.refusals and not self.readings and not self.counts:
            raise self.refusals[0]
        now = present.now()
        return tuple(
            Metrics(
                remote_id=urn,
                counts=dict(self.counts.get(urn, {})),
                read_at=now,
                is_gone=urn in self.gone,
            )
            for urn in remote_ids
        )

    async def read_share_statistics(self, urns: Sequence[str]) -> None:
        shares = [urn for urn in urns if ":ugcPost:" not in urn]
        others = [urn for urn in urns if ":ugcPost:" in urn]
        asked: dict[str, Value] = {
            "q": "organizationalEntity",
            "organizationalEntity": self.account.remote_id,
        }
        asked |= {"shares": shares} if shares else {}
        asked |= {"ugcPosts": others} if others else {}
        answer = await self._get(
            "/rest/organizationalEntityShareStatistics", asked, method="FINDER"
        )
        for element in _elements(answer):
            urn = element.get("share") or element.get("ugcPost")
            statistics = element.get("totalShareStatistics")
            if isinstance(urn, str) and isinstance(statistics, Mapping):
                self._keep(urn, statistics, _OF_ORGANISATIONS)

    async def read_member_statistics(self, urns: Sequence[str]) -> None:
        """A figure that LinkedIn has retired is left out; without permission none is asked for
        any further."""
        for query, metric in _OF_MEMBERS.items():
            for urn in urns:
                try:
                    count = await self._read_member_figure(urn, query)
                except Refused as refusal:
                    if refusal.code == NO_PERMISSION:
                        raise
                    continue
                if count is not None:
                    self.counts[urn][metric] = count

    async def _read_member_figure(self, urn: str, query: str) -> int | None:
        kind = "ugc" if ":ugcPost:" in urn else "share"
        answer = await self._get(
            "/rest/memberCreatorPostAnalytics",
            {"q": "entity", "entity": {kind: urn}, "queryType": query, "aggregation": "TOTAL"},
            method="FINDER",
        )
        counted = [_number(element.get("count")) for element in _elements(answer)]
        return counted[0] if counted else None

    async def read_totals(self, urns: Sequence[str]) -> None:
        """Reactions and comments as anybody sees them, which is what they are now; statistics
        lag behind."""
        answer = await self._get("/rest/socialMetadata", {"ids": urns}, method="BATCH_GET")
        said = answer.json_object()
        for urn, entity in _mapping(said.get("results")).items():
            if isinstance(entity, Mapping):
                self._keep_totals(urn, entity)
        self.gone |= {
            urn
            for urn, error in _mapping(said.get("errors")).items()
            if _mapping(error).get("status") == 404
        }

    def _keep_totals(self, urn: str, entity: Mapping[str, Any]) -> None:
        reactions = _mapping(entity.get("reactionSummaries")).values()
        totals = {
            "reactions": sum(_number(_mapping(one).get("count")) or 0 for one in reactions),
            "comments": _mapping(entity.get("commentSummary")).get("count"),
        }
        self._keep(urn, totals, {"reactions": Metric.REACTIONS, "comments": Metric.COMMENTS})

    def _keep(self, urn: str, said: Mapping[str, Any], names: Mapping[str, Metric]) -> None:
        for name, metric in names.items():
            count = _number(said.get(name))
            if count is not None:
                self.counts[urn][metric] = count

    async def _get(self, path: str, asked: Mapping[str, Value], *, method: str) -> Answer:
        answer = await self.http.get(
            address(self.account.server, path, **asked),
            network=NETWORK,
            purpose="read metrics",
            headers=headers(method),
            bearer=self.account.tokens.access,
        )
        if not answer.ok:
            raise failure(answer)
        return answer


def _elements(answer: Answer) -> list[Mapping[str, Any]]:
    listed = answer.json_object().get("elements")
    if not isinstance(listed, list):
        raise answer.unreadable()
    return [element for element in listed if isinstance(element, Mapping)]


def _mapping(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _number(said: Any) -> int | None:
    """The pages warn that likes can fall below zero; that is no figure to show."""
    return said if isinstance(said, int) and said >= 0 else None
