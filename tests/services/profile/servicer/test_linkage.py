"""Records for a record-linkage library go out, probable links come in; nobody is linked by them."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from ofone.profile.v1 import event_pb2, identity_pb2, linkage_pb2
from ofone.profile.v1 import linkage_service_pb2 as pb
from ofone.profile.v1 import linkage_service_pb2_grpc as pb_grpc
from ofone.profile.v1 import profile_service_pb2 as profile_pb2
from sqlalchemy import Engine

from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.facts.keys import sameness
from services.profile.domain.history.events import MICROS, Handle
from services.profile.domain.people.identity import IdentifierKind
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from services.profile.servicer import linkage_service
from services.profile.servicer.linkage_service import NAME, LinkageServicer
from services.serving.bootstrap import Application, Service, running
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import Desk, serving
from tests.services.profile.told import IDENTITY, NOW, bought, card, told

PAGE = (Path(__file__).parents[4] / "docs" / "identity.md").read_text()
ANNA, BERT, CARL = map(card, ("anna", "bert", "carl"))
TABLET = IDENTITY.handle(IdentifierKind.DEVICE, "tablet")
RUN, NEXT_RUN = (str(uuid.UUID(int=number)) for number in (1, 2))
SAME, DIFFERENT = linkage_pb2.COMPARISON_OUTCOME_SAME, linkage_pb2.COMPARISON_OUTCOME_DIFFERENT
SHARED = identity_pb2.SUGGESTION_STANDING_SHARED
PROBABLE = identity_pb2.SUGGESTION_STANDING_PROBABLE
REASONS = (("postcode", SAME, 9.0), ("store", DIFFERENT, -1.0))


def named(who: Handle) -> str:
    return f"customers/{who.customer_id}"


def link(
    one: Handle,
    other: Handle,
    probability: float = 0.97,
    reasons: tuple[tuple[str, linkage_pb2.ComparisonOutcome.ValueType, float], ...] = REASONS,
) -> pb.ProbableLink:
    return pb.ProbableLink(
        customer=named(one),
        other=named(other),
        match_probability=probability,
        comparisons=[
            linkage_pb2.ComparisonWeight(comparison=name, outcome=outcome, weight_bits=bits)
            for name, outcome, bits in reasons
        ],
    )


def saying(
    *links: pb.ProbableLink, run: str = RUN, is_last: bool = True
) -> pb.RecordProbableLinksRequest:
    return pb.RecordProbableLinksRequest(
        run_id=run, model_version="linkage-1", links=links, is_last=is_last
    )


@dataclass
class Registry:
    """Both services over a database in which three share a tablet."""

    linkage: pb_grpc.LinkageServiceStub
    desk: Desk
    store: SqlProfileStore

    def records(self, token: str = "") -> list[linkage_pb2.LinkageRecord]:
        request = pb.ExportLinkageRecordsRequest(resume_token=token)
        stream = self.linkage.ExportLinkageRecords(request)
        return [record for part in stream for record in part.records]

    def say(
        self, *links: pb.ProbableLink, run: str = RUN, is_last: bool = True
    ) -> pb.RecordProbableLinksResponse:
        return self.linkage.RecordProbableLinks(saying(*links, run=run, is_last=is_last))

    def suggestions(self, who: Handle) -> list[identity_pb2.IdentitySuggestion]:
        request = profile_pb2.ListIdentitySuggestionsRequest(parent=named(who))
        return [
            each
            for each in self.desk.stub.ListIdentitySuggestions(request).suggestions
            if each.standing == PROBABLE
        ]

    def others(self, who: Handle) -> list[str]:
        return [each.other for each in self.suggestions(who)]

    def allow(self, who: Handle, *, denied: bool = False) -> None:
        statement = Statement(NOW + denied, denied, "app")
        self.store.state_consent(who.customer_id, Purpose.PROFILING, statement, now_micros=NOW)

    def merge(self, one: Handle, other: Handle) -> str:
        request = profile_pb2.MergeCustomersRequest(
            customer=named(one), other=named(other), reason="both cards", request_id=_new_id()
        )
        return self.desk.stub.MergeCustomers(request).customer

    def erase(self, who: Handle) -> dict[str, int]:
        request = profile_pb2.EraseCustomerRequest(name=named(who), request_id=_new_id())
        removals = self.desk.stub.EraseCustomer(request).erasure.removals
        return {each.place: each.count for each in removals}


@pytest.fixture
def registry(migrated: Callable[[str], Engine], database_url: str) -> Iterator[Registry]:
    engine = migrated(database_url)
    store, alike = SqlProfileStore(engine), SqlLinkageStore(engine)
    defaults = Defaults(ConsentPolicy(personalisation_default=True), load_catalogue())
    add = partial(
        pb_grpc.add_LinkageServiceServicer_to_server,
        LinkageServicer(alike, IDENTITY, defaults, _now),
    )
    with (
        serving(
            store,
            identities=SqlIdentityStore(engine),
            privacy=SqlPrivacyStore(engine, IDENTITY.tombstone, holders=()),
            linkage=alike,
        ) as desk,
        running(Application(name="profile", services=(Service(NAME, add),))) as server,
    ):
        assert server.wait_ready()
        with connect(server.address, ChannelSettings(service=NAME, caller="test")) as channel:
            registry = Registry(pb_grpc.LinkageServiceStub(channel), desk, store)
            for who, name in ((ANNA, "anna"), (BERT, "bert"), (CARL, "carl")):
                store.ingest([told(bought(name, "tea", name), who, TABLET)], now_micros=NOW)
                registry.allow(who)
            yield registry


def _now() -> datetime:
    return datetime.fromtimestamp(NOW // MICROS, UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


def test_every_customer_who_allows_it_has_a_record_and_the_tablet_none(
    registry: Registry,
) -> None:
    records = registry.records()
    assert [each.customer for each in records] == sorted(map(named, (ANNA, BERT, CARL)))
    (code,) = {trace.code for each in records for trace in each.shared_traces}
    assert code == IDENTITY.code("trace", TABLET.trace_id)
    assert {tuple(each.identifier_kinds) for each in records} == {
        (event_pb2.IDENTIFIER_KIND_LOYALTY_CARD,)
    }
    registry.allow(ANNA, denied=True)
    assert named(ANNA) not in {each.customer for each in registry.records()}
    registry.erase(BERT)
    assert [each.customer for each in registry.records()] == [named(CARL)]


def test_a_record_carries_all_that_may_be_compared(registry: Registry) -> None:
    registry.store.ingest([told(bought("again", "tea", day=1), ANNA)], now_micros=NOW)
    facts = (("birth_year", 1980), ("postcode", "SW1A 2AA"), ("occupation", "baker"))
    registry.store.record_facts(
        [ToldFact(Fact("crm", key, key, value, NOW), ANNA) for key, value in facts], now_micros=NOW
    )
    (record,) = [each for each in registry.records() if each.customer == named(ANNA)]
    postcode = IDENTITY.code("fact postcode", str(sameness("SW1A 2AA")))
    assert record == linkage_pb2.LinkageRecord(
        customer=named(ANNA),
        shared_traces=[
            linkage_pb2.SharedTrace(
                kind=event_pb2.IDENTIFIER_KIND_DEVICE, code=IDENTITY.code("trace", TABLET.trace_id)
            )
        ],
        facts=[
            linkage_pb2.LinkageFact(key="birth_year", number=1980),
            linkage_pb2.LinkageFact(key="postcode", code=postcode),
        ],
        store_code=IDENTITY.code("store", "mitte"),
        daypart="weekday morning",
        item_codes=[IDENTITY.code("item", "tea"), IDENTITY.code("item", "anna")],
        identifier_kinds=[event_pb2.IDENTIFIER_KIND_LOYALTY_CARD],
        basket_count=2,
    )


def test_a_blocked_identifier_in_common_says_nothing(registry: Registry) -> None:
    blocked = event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_DEVICE, value="tablet")
    registry.desk.stub.BlockIdentifier(
        profile_pb2.BlockIdentifierRequest(
            identifier=blocked, reason="the shop's", request_id=_new_id()
        )
    )
    assert [list(each.shared_traces) for each in registry.records()] == [[], [], []]


def test_who_was_taken_apart_has_both_ends_of_the_link_in_common(registry: Registry) -> None:
    dora, erna = card("dora"), card("erna")
    for who in (dora, erna):
        registry.store.ingest([told(bought(who.customer_id, "tea"), who)], now_micros=NOW)
    registry.store.ingest([told(bought("both", "salt"), dora, erna)], now_micros=NOW)
    (former,) = {named(dora), named(erna)} - {min(named(dora), named(erna))}
    request = profile_pb2.UnmergeCustomersRequest(
        customer=named(dora), former=former, reason="are two", request_id=_new_id()
    )
    registry.desk.stub.UnmergeCustomers(request)
    for who in (dora, erna):
        registry.allow(who)
    records = {each.customer: each for each in registry.records()}
    codes = [{each.code for each in records[named(who)].shared_traces} for who in (dora, erna)]
    assert codes[0] == codes[1] == {IDENTITY.code("trace", who.trace_id) for who in (dora, erna)}


def test_a_stream_goes_on_where_it_was_cut(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkage_service, "CUSTOMERS_A_PAGE", 1)
    parts = list(registry.linkage.ExportLinkageRecords(pb.ExportLinkageRecordsRequest()))
    assert [len(each.records) for each in parts] == [1, 1, 1]
    assert registry.records(parts[0].resume_token) == registry.records()[1:]
    with pytest.raises(Failure) as refused:
        registry.records("not a token")
    assert refused.value.kind is Kind.INVALID


def test_a_probable_link_is_suggested_to_both_with_its_reasons(registry: Registry) -> None:
    answer = registry.say(link(ANNA, BERT))
    assert (answer.kept_count, answer.removed_count) == (1, 0)
    (found,) = registry.suggestions(ANNA)
    assert found.other == named(BERT)
    assert found.match_probability == 0.97
    assert found.why == "same postcode; another store"
    assert [each.weight_bits for each in found.comparisons] == [9.0, -1.0]
    assert found.model_version == "linkage-1"
    assert found.first_seen_time.seconds == NOW // MICROS
    assert registry.others(BERT) == [named(ANNA)]
    assert registry.others(CARL) == []


def test_suggestions_of_both_kinds_are_read_page_by_page(registry: Registry) -> None:
    registry.say(link(ANNA, BERT), link(ANNA, CARL))
    asked = profile_pb2.ListIdentitySuggestionsRequest(parent=named(ANNA))
    whole = registry.desk.stub.ListIdentitySuggestions(asked)
    assert [each.standing for each in whole.suggestions] == [SHARED, PROBABLE, PROBABLE]
    assert not whole.next_page_token
    asked.page_size = 1
    for position, suggestion in enumerate(whole.suggestions):
        page = registry.desk.stub.ListIdentitySuggestions(asked)
        assert list(page.suggestions) == [suggestion]
        assert bool(page.next_page_token) == (position < 2)
        asked.page_token = page.next_page_token


def test_the_call_that_the_page_shows_tells_who_and_why(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.say(link(ANNA, BERT))
    (code,) = [
        each for each in re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL) if "why" in each
    ]
    code = re.sub(r"customers/\w+", named(ANNA), code)
    capsys.readouterr()
    exec(compile(code.replace("127.0.0.1:7401", registry.desk.address), "identity.md", "exec"), {})
    printed, shown = capsys.readouterr().out.split(), code.partition("# … ")[2].split()
    assert printed == [named(BERT), *shown]


def test_a_probable_link_joins_nobody(registry: Registry) -> None:
    registry.say(link(ANNA, BERT, 1.0))
    for who in (ANNA, BERT):
        assert registry.store.customer_behind(who) == who.customer_id


def test_a_run_replaces_what_earlier_runs_said_with_its_last_call(registry: Registry) -> None:
    registry.say(link(ANNA, BERT), link(ANNA, CARL))
    registry.say(link(CARL, ANNA, 0.99), run=NEXT_RUN, is_last=False)
    assert set(registry.others(ANNA)) == {named(BERT), named(CARL)}
    (anew,) = [each for each in registry.suggestions(ANNA) if each.other == named(CARL)]
    assert anew.match_probability == 0.99
    answer = registry.say(link(BERT, CARL), run=NEXT_RUN)
    assert (answer.kept_count, answer.removed_count) == (1, 1)
    assert registry.others(ANNA) == [named(CARL)]
    assert registry.others(BERT) == [named(CARL)]
    assert registry.say(run=RUN).removed_count == 2  # a run that finds nobody
    assert registry.others(CARL) == []


def test_a_link_to_somebody_who_is_gone_is_not_kept(registry: Registry) -> None:
    registry.erase(BERT)
    assert registry.say(link(ANNA, BERT), link(ANNA, CARL)).kept_count == 1
    assert registry.others(ANNA) == [named(CARL)]


def test_a_suggestion_ends_when_the_two_are_one_or_taken_apart(registry: Registry) -> None:
    registry.say(link(ANNA, BERT), link(BERT, CARL))
    merged = registry.merge(ANNA, BERT)
    assert registry.others(ANNA) == [named(CARL)]  # what was said of Bert is said of them now
    assert registry.others(CARL) == [merged]
    former = named(BERT) if merged == named(ANNA) else named(ANNA)
    request = profile_pb2.UnmergeCustomersRequest(
        customer=merged, former=former, reason="are two", request_id=_new_id()
    )
    registry.desk.stub.UnmergeCustomers(request)
    assert registry.others(ANNA) == []
    assert registry.others(BERT) == [named(CARL)]


def test_a_suggestion_ends_when_consent_is_withdrawn_by_either(registry: Registry) -> None:
    registry.say(link(ANNA, BERT))
    registry.allow(BERT, denied=True)
    assert registry.others(ANNA) == registry.others(BERT) == []


def test_nothing_is_left_of_it_when_either_is_erased(registry: Registry) -> None:
    registry.say(link(ANNA, BERT), link(BERT, CARL))
    assert registry.erase(ANNA)["probable_links"] == 1
    assert registry.others(BERT) == [named(CARL)]


def test_an_export_holds_it_without_naming_the_other(registry: Registry) -> None:
    registry.say(link(ANNA, BERT))
    request = profile_pb2.ExportCustomerRequest(name=named(ANNA))
    records = [each for part in registry.desk.stub.ExportCustomer(request) for each in part.records]
    (held,) = [each.probable_link for each in records if each.HasField("probable_link")]
    assert (held.match_probability, held.why) == (0.97, "same postcode; another store")
    assert BERT.customer_id.encode() not in held.SerializeToString()


@pytest.mark.parametrize(
    ("told_", "path"),
    [
        (pb.RecordProbableLinksRequest(model_version="m"), "run_id"),
        (pb.RecordProbableLinksRequest(run_id="1", model_version="m"), "run_id"),
        (pb.RecordProbableLinksRequest(run_id=RUN), "model_version"),
        (link(ANNA, ANNA), "links[0].other"),
        (link(ANNA, BERT, 1.1), "links[0].match_probability"),
        (link(ANNA, BERT, reasons=()), "links[0].comparisons"),
        (link(ANNA, BERT, reasons=(("Post", SAME, 1.0),)), "links[0].comparisons[0].comparison"),
        (link(ANNA, BERT, reasons=REASONS[:1] * 2), "links[0].comparisons[1].comparison"),
        (link(ANNA, BERT, reasons=(("store", 9, 1.0),)), "links[0].comparisons[0].outcome"),  # type: ignore[arg-type]  # a number that the contract does not know
        (
            link(ANNA, BERT, reasons=(("store", SAME, float("nan")),)),
            "links[0].comparisons[0].weight_bits",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    registry: Registry, told_: pb.RecordProbableLinksRequest | pb.ProbableLink, path: str
) -> None:
    asked = told_ if isinstance(told_, pb.RecordProbableLinksRequest) else saying(told_)
    with pytest.raises(Failure) as refused:
        registry.linkage.RecordProbableLinks(asked)
    assert [each.field for each in refused.value.violations] == [path]


def test_the_same_two_twice_are_refused(registry: Registry) -> None:
    with pytest.raises(Failure) as refused:
        registry.say(link(ANNA, BERT), link(BERT, ANNA))
    (violation,) = refused.value.violations
    assert (violation.field, violation.rule) == ("links[1]", "REPEATED")
