"""Customers and their consents: from message to domain and back."""

from collections.abc import Callable, Mapping
from datetime import datetime

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, persona_pb2

from services.profile.domain.defaults import Defaults
from services.profile.domain.life import stages_of
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose, Statement
from services.profile.domain.snapshot import (
    Columns,
    Exposure,
    Snapshot,
    columns_of,
    permitted,
)
from services.profile.domain.traits import (
    Traits,
    all_traits,
    mean_gap_days,
    traits,
)
from services.profile.ports.customers import CustomerView
from services.profile.servicer.messages.answer_messages import answer_messages
from services.profile.servicer.messages.event_messages import micros_of, timestamp
from services.profile.servicer.messages.life_messages import life_messages
from services.profile.servicer.messages.persona_messages import membership_messages
from services.profile.servicer.messages.trait_messages import tendencies_message, trait_message
from services.profile.servicer.persona_reader import PersonaReader
from services.serving.failures import FieldViolation, invalid
from services.serving.validation import Check

_FINGERPRINT_DIGITS = 8
_DEFAULT_SOURCE = "default"
MAX_VERSION_CHARACTERS = 64


def snapshot_message(
    snapshot: Snapshot, defaults: Defaults, *, now: datetime
) -> customer_pb2.Snapshot:
    """Return what of a snapshot may be used, and what follows from it at this moment."""
    policy = defaults.consent
    columns = permitted(snapshot, policy)
    return customer_pb2.Snapshot(
        customer=f"customers/{snapshot.customer_id}",
        version=snapshot.version,
        update_time=timestamp(snapshot.updated_micros),
        personalisation_allowed=policy.allows(Purpose.PERSONALISATION, snapshot.consents),
        marketing_allowed=[
            customer_pb2.ConsentPurpose.ValueType(each)
            for each in policy.marketing(snapshot.consents)
        ],
        item_ids=columns.item_ids,
        basket_counts=columns.basket_counts,
        quantities=columns.quantities,
        first_bought_seconds=columns.first_bought_seconds,
        last_bought_seconds=columns.last_bought_seconds,
        recent_basket_seconds=columns.recent_basket_seconds,
        recent_basket_sizes=columns.recent_basket_sizes,
        recent_basket_items=columns.recent_basket_items,
        exposures=[_exposure_message(exposure) for exposure in columns.exposures],
        asked_questions=[customer_pb2.AskedQuestion(**each._asdict()) for each in columns.asked],
        traits=_traits_message(columns.traits),
        tendencies=tendencies_message(columns, now, defaults.priors),
    )


def customer_message(
    view: CustomerView,
    defaults: Defaults,
    mask: FieldMask,
    *,
    personas: PersonaReader,
    elsewhere: Mapping[str, Callable[[], object]],
    now: datetime,
) -> customer_pb2.Customer:
    """Return the fields of a customer that ``mask`` names, all of them for an empty one.

    Args:
        view: the customer.
        defaults: what holds where nothing is known of them.
        mask: top-level fields.
        personas: tells how likely each persona is.
        elsewhere: gives the fields that are read elsewhere, by name; asked only where wanted.
        now: the moment.

    Raises:
        Failure: of kind ``INVALID``, when the mask names no top-level field of a customer.
    """
    known = customer_pb2.Customer.DESCRIPTOR.fields_by_name
    unknown = [path for path in mask.paths if path not in known and path != "*"]
    if unknown:
        raise invalid(
            [
                FieldViolation(
                    "read_mask", "UNKNOWN_FIELD", f"a customer has no field {path!r:.80}"
                )
                for path in unknown[:5]
            ]
        )
    record, policy = view.record, defaults.consent
    columns = columns_of(record.state)
    fields: dict[str, Callable[[], object]] = {
        "name": lambda: f"customers/{record.customer_id}",
        "former_names": lambda: [f"customers/{former}" for former in view.former_ids],
        "identifiers": lambda: _identifier_messages(view),
        "traits": lambda: _traits_message(traits(record.state)),
        "items": lambda: _item_messages(columns),
        "consents": lambda: consent_messages(record.consents, policy),
        "exposures": lambda: [_exposure_message(each) for each in columns.exposures],
        "create_time": lambda: timestamp(record.created_micros),
        "answers": lambda: answer_messages(view, policy),
        "update_time": lambda: timestamp(record.updated_micros),
        "version": lambda: record.version,
        "personas": lambda: personas_of(view, policy, personas),
        "life_stages": lambda: life_messages(stages_of(record, defaults, now=now)),
        "inferred_traits": lambda: (
            [trait_message(each) for each in all_traits(record.state, now, defaults.priors)]
            if policy.allows_conclusions(record.consents)
            else []
        ),
        **elsewhere,
    }
    asked = fields if not mask.paths or "*" in mask.paths else dict.fromkeys(mask.paths)
    return customer_pb2.Customer(**{name: fields[name]() for name in asked})  # type: ignore[arg-type]


def personas_of(
    view: CustomerView | None, policy: ConsentPolicy, personas: PersonaReader
) -> list[persona_pb2.Membership]:
    """Return how likely a customer belongs to each persona, nothing where they do not allow it."""
    if view is None or not policy.allows_conclusions(view.record.consents):
        return []
    is_allowed = policy.allows(Purpose.SENSITIVE_INFERENCE, view.record.consents)
    return membership_messages(personas.of(view.record.state, sensitive_allowed=is_allowed))


def consent_messages(consents: Consents, policy: ConsentPolicy) -> list[customer_pb2.Consent]:
    """Return what holds for each purpose, in the order of the contract."""
    return [consent_message(purpose, consents, policy) for purpose in Purpose]


def consent_message(
    purpose: Purpose, consents: Consents, policy: ConsentPolicy
) -> customer_pb2.Consent:
    """Return what holds for one purpose; the default carries no time."""
    allowed = policy.allows(purpose, consents)
    statement = consents.get(purpose)
    return customer_pb2.Consent(
        purpose=customer_pb2.ConsentPurpose.ValueType(purpose),
        state=(
            customer_pb2.CONSENT_STATE_GRANTED if allowed else customer_pb2.CONSENT_STATE_DENIED
        ),
        source=statement.source if statement else _DEFAULT_SOURCE,
        stated_at=timestamp(statement.stated_micros) if statement else None,
        text_version=statement.text_version if statement else "",
    )


def statement_message(purpose: Purpose, statement: Statement) -> customer_pb2.Consent:
    """Return a statement as it was made."""
    denied = statement.denied
    return customer_pb2.Consent(
        purpose=customer_pb2.ConsentPurpose.ValueType(purpose),
        state=(customer_pb2.CONSENT_STATE_DENIED if denied else customer_pb2.CONSENT_STATE_GRANTED),
        source=statement.source,
        stated_at=timestamp(statement.stated_micros),
        text_version=statement.text_version,
    )


def statement_of(
    check: Check, message: customer_pb2.Consent, *, now_micros: int
) -> tuple[Purpose, Statement]:
    """Check what a customer said; worth nothing when a rule is broken."""
    purpose = Purpose.PERSONALISATION
    try:
        purpose = Purpose(message.purpose)
    except ValueError:
        rule = "REQUIRED" if message.purpose == 0 else "UNKNOWN_PURPOSE"
        check.fail("consent.purpose", rule, "must be one of the known purposes")
    said = (customer_pb2.CONSENT_STATE_GRANTED, customer_pb2.CONSENT_STATE_DENIED)
    if message.state not in said:
        check.fail("consent.state", "REQUIRED", "must be granted or denied")
    stated_micros = 0
    if message.HasField("stated_at"):
        stated_micros = micros_of(
            check, "consent.stated_at", message.stated_at, now_micros=now_micros
        )
    else:
        check.fail("consent.stated_at", "REQUIRED", "must be set")
    denied = message.state == customer_pb2.CONSENT_STATE_DENIED
    source = check.slug("consent.source", message.source)
    version = check.line("consent.text_version", message.text_version, most=MAX_VERSION_CHARACTERS)
    return purpose, Statement(stated_micros, denied, source, version)


def _identifier_messages(view: CustomerView) -> list[customer_pb2.KnownIdentifier]:
    return [
        customer_pb2.KnownIdentifier(
            kind=event_pb2.IdentifierKind.ValueType(each.kind),
            fingerprint=each.digest.hex()[:_FINGERPRINT_DIGITS],
            first_seen_time=timestamp(each.first_seen_micros),
        )
        for each in view.identifiers
    ]


def _item_messages(columns: Columns) -> list[customer_pb2.OwnItem]:
    return [
        customer_pb2.OwnItem(
            item=f"items/{item_id}",
            basket_count=count,
            quantity=quantity,
            first_bought_time=Timestamp(seconds=first),
            last_bought_time=Timestamp(seconds=last),
            mean_gap_days=mean_gap_days(first, last, count=count),
        )
        for item_id, count, quantity, first, last in zip(
            columns.item_ids,
            columns.basket_counts,
            columns.quantities,
            columns.first_bought_seconds,
            columns.last_bought_seconds,
            strict=True,
        )
    ]


def _exposure_message(exposure: Exposure) -> customer_pb2.Exposure:
    return customer_pb2.Exposure(**exposure._asdict())


def _traits_message(known: Traits) -> customer_pb2.Traits:
    message = customer_pb2.Traits(
        basket_count=known.basket_count,
        item_count=known.item_count,
        total_spend=known.total_spend,
        mean_gap_days=known.mean_gap_days,
        mean_basket_size=known.mean_basket_size,
        discounted_basket_share=known.discounted_basket_share,
        home_store=known.home_store,
        main_channel=known.main_channel,
    )
    if known.basket_count:
        message.first_purchase_time.seconds = known.first_purchase_seconds
        message.last_purchase_time.seconds = known.last_purchase_seconds
    return message
