"""What each method tells of a customer, field by field, and which consent it needs.

Whoever adds a method or a field says here what it tells; a test refuses what is not said.
"""

from collections.abc import Mapping

PERSONALISATION, PROFILING = "PERSONALISATION", "PROFILING"
SENSITIVE, THIRD_PARTY = "SENSITIVE_INFERENCE", "THIRD_PARTY_DATA"
HOUSEHOLD = "HOUSEHOLD_SHARING"
MARKETING = "MARKETING"

NOTHING = "nothing of a customer"
IDENTITY = "who it is: without a name there is no service, and no withdrawal either"
CONSENT = "what the customer said"
RESTRAINT = "keeps us from repeating ourselves"
CARE = "the customer's own records, shown to people who serve them and to the customer; logged"
RECEIPT = "what was removed"

Cell = str | tuple[str, ...]
"""Why it may be told: a reason that needs no consent, or the purposes it needs, all of them."""

_INFERRED = (PERSONALISATION, PROFILING)

SNAPSHOT: Mapping[str, Cell] = {
    **dict.fromkeys(("customer", "version", "update_time"), IDENTITY),
    **dict.fromkeys(("personalisation_allowed", "marketing_allowed"), CONSENT),
    **dict.fromkeys(
        (
            *("item_ids", "basket_counts", "quantities", "first_bought_seconds"),
            *("last_bought_seconds", "recent_basket_seconds", "recent_basket_sizes"),
            *("recent_basket_items", "traits"),
        ),
        (PERSONALISATION,),
    ),
    **dict.fromkeys(("personas", "life_stages", "tendencies"), _INFERRED),
    "facts": (PERSONALISATION,),
    **dict.fromkeys(("exposures", "asked_questions"), RESTRAINT),
    "household_purchases": (PERSONALISATION, HOUSEHOLD),
}
CUSTOMER: Mapping[str, Cell] = {
    **dict.fromkeys(("name", "former_names", "identifiers"), IDENTITY),
    "consents": CONSENT,
    **dict.fromkeys(("create_time", "update_time", "version"), IDENTITY),
    **dict.fromkeys(("traits", "items", "exposures"), CARE),
    "answers": (PERSONALISATION,),
    **dict.fromkeys(("personas", "life_stages", "inferred_traits"), _INFERRED),
    "facts": CARE,
    "household": IDENTITY,
}
SUGGESTION: Mapping[str, Cell] = {
    **dict.fromkeys(
        ("other", "kind", "other_kind", "first_event", "first_seen_time", "standing"), IDENTITY
    ),
    **dict.fromkeys(("match_probability", "comparisons", "why", "model_version"), _INFERRED),
}
LINKAGE_RECORD: Mapping[str, Cell] = dict.fromkeys(
    (
        *("customer", "shared_traces", "facts", "store_code", "daypart", "item_codes"),
        *("identifier_kinds", "basket_count"),
    ),
    _INFERRED,
)
PARTS: Mapping[str, Mapping[str, Cell]] = {
    "ofone.profile.v1.Snapshot": SNAPSHOT,
    "ofone.profile.v1.Customer": CUSTOMER,
    "ofone.profile.v1.IdentitySuggestion": SUGGESTION,
    "ofone.profile.v1.LinkageRecord": LINKAGE_RECORD,
}
"""Messages of which each field is a cell."""

_PROFILE: Mapping[str, Mapping[str, Cell]] = {
    "IngestEvents": {"results": IDENTITY},
    "StreamEvents": {"batch_id": NOTHING, "results": IDENTITY},
    "GetSnapshot": {"snapshot": "see SNAPSHOT"},
    "GetCustomer": {"customer": "see CUSTOMER"},
    "LookupCustomer": {"customer": IDENTITY},
    "ListEvents": {"events": CARE, "touch_points": CARE, "next_page_token": NOTHING},
    "ExportInteractions": {"interactions": (PERSONALISATION,), "resume_token": NOTHING},
    "SetConsent": {"consent": CONSENT},
    "ListConsents": {"consents": CONSENT},
    "MergeCustomers": {"customer": IDENTITY},
    "UnmergeCustomers": {"customers": IDENTITY},
    "BlockIdentifier": {"customers": IDENTITY},
    "UnblockIdentifier": {"customers": IDENTITY},
    "ListIdentityChanges": {"changes": IDENTITY, "next_page_token": NOTHING},
    "ListIdentitySuggestions": {"suggestions": "see SUGGESTION", "next_page_token": NOTHING},
    "ListHouseholdMembers": {"members": IDENTITY, "next_page_token": NOTHING},
    "LeaveHousehold": {"household": IDENTITY},
    "RecordFacts": {"results": IDENTITY},
    "RecordAnswers": {"results": IDENTITY},
    "ListFacts": {"facts": CARE, "withheld": CONSENT},
    "ExportCustomer": {"records": CARE},
    "EraseCustomer": {"erasure": RECEIPT},
    "GetErasure": {"erasure": RECEIPT},
    "ListErasures": {"erasures": RECEIPT, "next_page_token": NOTHING},
    "ConfirmErasure": {"erasure": RECEIPT},
    "ListAccesses": {"accesses": CARE, "next_page_token": NOTHING},
    "RecordAccess": {},
    "GetFactCatalogue": {"keys": NOTHING},
}
_HOW = "how it was answered, not about whom"
_RECOMMENDATION: Mapping[str, Mapping[str, Cell]] = {
    "SelectOffers": {"decision": (PERSONALISATION,)},
    "RecommendItems": {
        "items": (PERSONALISATION,),
        **dict.fromkeys(("model_version", "snapshot_version", "degradations"), _HOW),
        "personalised": CONSENT,
    },
    "ExplainDecision": dict.fromkeys(("decision", "considered"), (PERSONALISATION,)),
    "ListDecisions": {"decisions": CARE, "considered": CARE, "next_page_token": NOTHING},
    "SelectQuestion": {
        **dict.fromkeys(("question", "considered"), (PERSONALISATION,)),
        **dict.fromkeys(("model_version", "snapshot_version", "degradations"), _HOW),
    },
}
SERVICES: Mapping[str, Mapping[str, Mapping[str, Cell]] | str] = {
    "ofone.profile.v1.ProfileService": _PROFILE,
    "ofone.profile.v1.PersonaService": "personas are written about nobody in particular",
    "ofone.profile.v1.SegmentService": {
        "CountSegment": {"rounded_count": (PERSONALISATION, PROFILING)},
        "ExportSegment": {"customers": (PERSONALISATION, PROFILING)},
    },
    "ofone.profile.v1.LinkageService": {
        "ExportLinkageRecords": {"records": "see LINKAGE_RECORD", "resume_token": NOTHING},
        "RecordProbableLinks": dict.fromkeys(("kept_count", "removed_count"), NOTHING),
    },
    "ofone.embedding.v1.EmbeddingService": "a history is passed in, answered and forgotten",
    "ofone.recommendation.v1.OfferService": "offers are written about nobody in particular",
    "ofone.recommendation.v1.QuestionService": "questions are written about nobody in particular",
    "ofone.recommendation.v1.RecommendationService": _RECOMMENDATION,
}

_KEY = "whose it is, and which"
_TIME = "when"
_ABOUT_NOBODY = "about nobody in particular"

COLUMNS: Mapping[str, Mapping[str, Cell]] = {
    "customers": {
        **dict.fromkeys(("customer_id", "version"), _KEY),
        **dict.fromkeys(("created_micros", "updated_micros"), _TIME),
        **dict.fromkeys(("personalisation", "consents"), CONSENT),
        "columns": (PERSONALISATION,),
        "state": (PERSONALISATION,),
    },
    "shelved_items": {
        "customer_id": _KEY,
        **dict.fromkeys(
            (
                *("item_id", "basket_count", "bought_micros", "returned_micros"),
                *("first_seconds", "last_seconds"),
            ),
            (PERSONALISATION,),
        ),
    },
    "events": {
        **dict.fromkeys(("customer_id", "source", "event_id", "traces", "type"), _KEY),
        **dict.fromkeys(("occurred_micros", "stored_micros"), _TIME),
        "content": CARE,
    },
    "consent_statements": dict.fromkeys(
        (
            *("customer_id", "trace_id", "purpose", "stated_micros", "denied", "source"),
            *("stored_micros", "text_version"),
        ),
        CONSENT,
    ),
    "facts": {
        **dict.fromkeys(
            ("customer_id", "source", "fact_id", "trace_id", "key", "basis", "party"), _KEY
        ),
        **dict.fromkeys(("observed_micros", "stored_micros"), _TIME),
        "value": CARE,
    },
    "traces": dict.fromkeys(
        (
            *("trace_id", "customer_id", "kind", "digest", "first_seen_micros"),
            *("is_blocked", "is_shared"),
        ),
        IDENTITY,
    ),
    "links": dict.fromkeys(("low", "high", "occurred_micros", "source", "event_id"), IDENTITY),
    "household_members": dict.fromkeys(
        ("trace_id", "household_id", "told_micros", "left_micros", "left_by", "left_why"), IDENTITY
    ),
    "decided_pairs": dict.fromkeys(("low", "high", "is_apart"), IDENTITY),
    "probable_links": {
        **dict.fromkeys(("low", "high", "run_id", "model_version"), _KEY),
        "recorded_micros": _TIME,
        **dict.fromkeys(("probability", "comparisons"), _INFERRED),
    },
    "identity_changes": dict.fromkeys(
        (
            *("former_id", "position", "customer_id", "changed_micros", "kind", "moved"),
            *("stayed", "source", "event_id", "actor", "reason", "request_id"),
        ),
        IDENTITY,
    ),
    "seen_events": dict.fromkeys(("source", "event_id", "digest", "traces"), IDENTITY),
    "seen_facts": dict.fromkeys(("source", "fact_id", "digest", "trace_id"), IDENTITY),
    "answered_requests": dict.fromkeys(
        ("request_id", "question", "answer", "answered_micros"), IDENTITY
    ),
    "personas": dict.fromkeys(
        ("persona_id", "content", "revision", "created_micros", "updated_micros"), _ABOUT_NOBODY
    ),
    "persona_catalogue": dict.fromkeys(("id", "revision", "learned"), _ABOUT_NOBODY),
    "erasures": dict.fromkeys(("erasure_id", "created_micros", "done_micros", "content"), RECEIPT),
    "pending_erasures": dict.fromkeys(("holder", "erasure_id"), RECEIPT),
    "tombstones": dict.fromkeys(("tombstone", "erased_micros"), RECEIPT),
    "accesses": dict.fromkeys(
        ("customer_id", "accessed_micros", "access_id", "method", "caller"), CARE
    ),
    "recommendation_offers": dict.fromkeys(
        ("offer_id", "state", "content", "revision", "create_time", "update_time"), _ABOUT_NOBODY
    ),
    "recommendation_offer_revision": dict.fromkeys(("id", "revision"), _ABOUT_NOBODY),
    "recommendation_questions": dict.fromkeys(
        ("question_id", "is_deleted", "content", "revision", "create_time", "update_time"),
        _ABOUT_NOBODY,
    ),
    "recommendation_question_revision": dict.fromkeys(("id", "revision"), _ABOUT_NOBODY),
    "recommendation_decisions": {
        **dict.fromkeys(("decision_id", "customer_id"), _KEY),
        "create_seconds": _TIME,
        "content": (PERSONALISATION,),
    },
    "recommendation_forgotten": dict.fromkeys(("mark", "until_seconds"), RECEIPT),
    "recommendation_erasures": dict.fromkeys(("erasure_id", "decision_count"), RECEIPT),
}
"""What each column of each table holds; what needs a purpose is read through methods that ask."""
