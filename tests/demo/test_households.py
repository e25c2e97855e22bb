"""Two of the demo's customers live together and share; a second run is harmless."""

from datetime import UTC, datetime

from ofone.profile.v1.profile_service_pb2 import GetCustomerRequest, ListHouseholdMembersRequest

from demo.households import tell_household
from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.storage.startup import open_database
from tests.services.profile.desk import NOW_SECONDS, purchase, serving
from tests.services.profile.told import IDENTITY

NOW = datetime.fromtimestamp(NOW_SECONDS, UTC)


def test_two_live_together_and_share(sqlite_url: str) -> None:
    engine = open_database(sqlite_url, MIGRATIONS, migrate_first=True)
    homes = SqlHouseholdStore(engine)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    with serving(SqlProfileStore(engine), households=homes, privacy=privacy) as desk:
        stored = desk.ingest(purchase("1", "tea", who="1"), purchase("2", "tea", who="2"))
        for _ in range(2):
            tell_household(desk.stub, ["1", "2"], NOW)
        asked = GetCustomerRequest(name=stored[0].customer)
        home = desk.stub.GetCustomer(asked).customer.household.household
        members = desk.stub.ListHouseholdMembers(ListHouseholdMembersRequest(parent=home)).members
    engine.dispose()
    assert {each.customer for each in members} == {each.customer for each in stored}
    assert all(each.shares for each in members)
