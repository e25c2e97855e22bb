"""What may be sent twice is named as its service names it: a wrong name is never retried."""

import importlib
import pkgutil
from types import ModuleType

import pytest
from google.protobuf.descriptor import ServiceDescriptor
from ofone.embedding.v1 import embedding_service_pb2
from ofone.profile.v1 import profile_service_pb2

from services.recommendation import adapters

SERVICES = {
    "EmbeddingServiceStub": embedding_service_pb2.DESCRIPTOR.services_by_name["EmbeddingService"],
    "ProfileServiceStub": profile_service_pb2.DESCRIPTOR.services_by_name["ProfileService"],
}
CALLERS = [
    (module, service)
    for each in pkgutil.iter_modules(adapters.__path__, f"{adapters.__name__}.")
    for module in [importlib.import_module(each.name)]
    for stub, service in SERVICES.items()
    if hasattr(module, stub)
]


def test_every_neighbour_is_called_by_somebody() -> None:
    assert {service.name for _, service in CALLERS} == {"EmbeddingService", "ProfileService"}


@pytest.mark.parametrize(("module", "service"), CALLERS)
def test_whoever_calls_a_neighbour_names_methods_of_its_that_may_be_sent_twice(
    module: ModuleType, service: ServiceDescriptor
) -> None:
    assert module.SAFE_METHODS
    assert set(module.SAFE_METHODS) <= set(service.methods_by_name)
