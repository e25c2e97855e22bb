"""Stages of a customer's life, as far as they may be looked for.

Nothing of them is ever stored: they are worked out when they are asked for, from the state of the
moment and the consents of the moment, so a withdrawal holds in the next request and leaves nothing
behind.
"""

from datetime import UTC, datetime

from ml.model.life_stages.finding import LifeStage, life_stages
from ml.model.life_stages.history import MonthlyHistory, daypart_counts, store_changes
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.defaults import Defaults
from services.profile.domain.history.moments import month_of
from services.profile.domain.privacy.consent import Purpose


def stages_of(
    record: CustomerRecord, defaults: Defaults, *, now: datetime
) -> tuple[LifeStage, ...]:
    """Return the stages that may be looked for, in the order of the table.

    Who did not allow profiling has no stages at all, and who did not allow sensitive inference has
    no sensitive ones: these are not even computed.

    Args:
        record: of the customer, with what they said.
        defaults: what to look for, and what holds where nothing was said.
        now: this moment, in the time zone that parts of the week are told in.
    """
    policy, signs, state = defaults.consent, defaults.signs, record.state
    if not policy.allows_conclusions(record.consents):
        return ()
    is_sensitive_allowed = policy.allows(Purpose.SENSITIVE_INFERENCE, record.consents)
    return life_stages(
        MonthlyHistory(
            state.category_months,
            daypart_counts(state.hour_months, now.tzinfo or UTC),
            store_changes(state.store_months),
        ),
        signs,
        now_month=month_of(int(now.timestamp())),
        sensitive_allowed=signs.sensitive if is_sensitive_allowed else (),
    )
