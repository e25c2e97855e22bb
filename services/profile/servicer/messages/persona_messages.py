"""Personas as messages: checked on the way in, complete on the way out."""

from collections.abc import Iterable, Sequence

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.profile.v1 import persona_pb2 as messages

from ml.model.persona import Persona as LearnedPersona
from ml.model.persona import Personas, PersonasError
from services.conditions.condition import ConditionMistake
from services.profile.domain.personas.membership import Membership
from services.profile.domain.personas.persona import (
    LEARNED_PREFIX,
    Persona,
    PersonaId,
    Season,
    StoredPersona,
)
from services.profile.ports.personas import PersonaRules
from services.profile.servicer.messages.event_messages import timestamp
from services.serving.validation import Check

MAX_NAME_CHARACTERS = 128
MAX_DESCRIPTION_CHARACTERS = 1_000
MAX_PICTURE_CHARACTERS = 500
MAX_RULE_CHARACTERS = 2_000
MAX_WORDS = 5_000
MAX_LEARNED = 20
MAX_LIFTS = 20
MAX_PATHS = 20

PLAIN_FIELDS = ("display_name", "description", "picture_uri", "sensitive")
"""What people may change of any persona."""
WRITTEN_FIELDS = (*PLAIN_FIELDS, "rule", "season")
"""What they may change of one that was written."""


def persona_of(
    persona_id: PersonaId, message: messages.Persona, check: Check, *, rules: PersonaRules
) -> Persona:
    """Return the written persona that ``message`` describes; what is wrong is noted."""
    if persona_id.startswith(LEARNED_PREFIX):
        check.fail("persona_id", "RESERVED", f"{LEARNED_PREFIX} begins the ids of learned personas")
    plain = _plain(message, check)
    rule = check.text("persona.rule", message.rule, most=MAX_RULE_CHARACTERS, required=True)
    if rule and len(rule) <= MAX_RULE_CHARACTERS:
        try:
            rules.check(rule)
        except ConditionMistake as mistake:
            check.fail("persona.rule", f"CONDITION_{mistake.rule}", str(mistake))
    season = _season(message.season, check) if message.HasField("season") else None
    return Persona(persona_id, *plain, rule=rule, season=season, is_sensitive=message.sensitive)


def changed(
    persona: Persona,
    message: messages.Persona,
    mask: FieldMask,
    *,
    check: Check,
    rules: PersonaRules,
) -> Persona:
    """Return ``persona`` with the fields that the mask names as ``message`` has them."""
    allowed = PLAIN_FIELDS if persona.is_learned else WRITTEN_FIELDS
    check.count("update_mask.paths", mask.paths, most=MAX_PATHS, least=1)
    paths = allowed if list(mask.paths) == ["*"] else tuple(mask.paths[:MAX_PATHS])
    for place, path in enumerate(paths):
        if path not in allowed:
            known = ", ".join(allowed)
            check.fail(f"update_mask.paths[{place}]", "IMMUTABLE", f"{path[:64]!r} is not {known}")
    check.done()
    after = content_message(persona)
    for path in paths:
        after.ClearField(path)  # type: ignore[arg-type]  # one of its field names
        if path == "season":
            if message.HasField("season"):
                after.season.CopyFrom(message.season)
        else:
            setattr(after, path, getattr(message, path))
    if not persona.is_learned:
        return persona_of(persona.persona_id, after, check, rules=rules)
    return Persona(
        persona.persona_id,
        *_plain(after, check),
        customer_share=persona.customer_share,
        lifts=persona.lifts,
        is_sensitive=after.sensitive,
    )


def persona_message(stored: StoredPersona) -> messages.Persona:
    """Return a persona as it is kept."""
    message = content_message(stored.persona)
    message.etag = stored.etag
    message.create_time.CopyFrom(timestamp(stored.created_micros))
    message.update_time.CopyFrom(timestamp(stored.updated_micros))
    return message


def content_message(persona: Persona) -> messages.Persona:
    """Return what is said of a persona."""
    message = messages.Persona(
        name=f"personas/{persona.persona_id}",
        display_name=persona.display_name,
        description=persona.description,
        picture_uri=persona.picture_uri,
        rule=persona.rule,
        origin=(
            messages.PERSONA_ORIGIN_LEARNED
            if persona.is_learned
            else messages.PERSONA_ORIGIN_WRITTEN
        ),
        customer_share=persona.customer_share,
        lifts=[messages.Lift(word=word, lift=lift) for word, lift in persona.lifts],
        sensitive=persona.is_sensitive,
    )
    if persona.season is not None:
        message.season.months.extend(persona.season.months)
        message.season.weight_outside = persona.season.weight_outside
    return message


def membership_messages(found: Iterable[Membership]) -> list[messages.Membership]:
    """Return how likely a customer belongs to each persona."""
    return [
        messages.Membership(
            persona=f"personas/{each.persona_id}",
            display_name=each.display_name,
            probability=each.probability,
        )
        for each in found
    ]


def learned_of(message: messages.LearnedPersonas, check: Check) -> Personas | None:
    """Return learned personas; what is wrong is noted, and then there are none."""
    check.count("learned.words", message.words, most=MAX_WORDS, least=1)
    check.count("learned.personas", message.personas, most=MAX_LEARNED, least=1)
    for name in ("basket_sizes", "gap_days"):
        check.count(f"learned.{name}", getattr(message, name), most=2, least=2)
    for place, each in enumerate(message.personas[:MAX_LEARNED]):
        path = f"learned.personas[{place}]"
        check.slug(f"{path}.persona_id", each.persona_id)
        if not each.persona_id.startswith(LEARNED_PREFIX):
            check.fail(f"{path}.persona_id", "MALFORMED", f"must begin with {LEARNED_PREFIX}")
        check.line(f"{path}.name", each.name, most=MAX_NAME_CHARACTERS, required=True)
        check.count(f"{path}.lifts", each.lifts, most=MAX_LIFTS)
        check.count(f"{path}.log_chances", each.log_chances, most=MAX_WORDS)
    if check.violations:
        return None
    small, large = message.basket_sizes
    often, seldom = message.gap_days
    personas = Personas(
        tuple(_learned(each) for each in message.personas),
        tuple(message.words),
        (small, large),
        (often, seldom),
    )
    try:
        return personas.checked()
    except PersonasError as error:
        check.fail("learned", "INCONSISTENT", str(error))
        return None


def _learned(message: messages.LearnedPersona) -> LearnedPersona:
    return LearnedPersona(
        message.persona_id,
        message.name,
        message.share,
        tuple((each.word, each.lift) for each in message.lifts),
        tuple(message.log_chances),
    )


def _plain(message: messages.Persona, check: Check) -> tuple[str, str, str]:
    picture = check.line("persona.picture_uri", message.picture_uri, most=MAX_PICTURE_CHARACTERS)
    if picture and not picture.startswith("https://"):
        check.fail("persona.picture_uri", "MALFORMED", "must begin with https://")
    name = check.line(
        "persona.display_name", message.display_name, most=MAX_NAME_CHARACTERS, required=True
    )
    description = check.text(
        "persona.description", message.description, most=MAX_DESCRIPTION_CHARACTERS
    )
    return name, description, picture


def _season(message: messages.Season, check: Check) -> Season:
    months = _months(message.months, check)
    weight = check.number("persona.season.weight_outside", message.weight_outside, least=0, most=1)
    return Season(months, weight)


def _months(months: Sequence[int], check: Check) -> tuple[int, ...]:
    path = "persona.season.months"
    check.count(path, months, most=12, least=1)
    for place, month in enumerate(months[:12]):
        check.number(f"{path}[{place}]", month, least=1, most=12)
    if len(set(months)) < len(months):
        check.fail(path, "DUPLICATE", "a month occurs twice")
    return tuple(sorted(months))
