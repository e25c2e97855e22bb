"""The whole path as a newcomer walks it: the demo of a small town, and what the README shows."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
import psutil
import pytest
from ofone.embedding.v1.embedding_service_pb2 import GetModelRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.recommendation.v1.recommendation_service_pb2 import RecommendItemsRequest
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from demo.layout import SERVICES, Layout, python
from ml.dataset.folder import read_dataset
from ml.model.bundle_folder import read_bundle
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.learned import BundleRecommender
from tests.shop import free_offset

ROOT = Path(__file__).parents[2]
CUSTOMERS = "600"
"""Enough for the gate to be sure; the demo itself has 2,000."""
PARITY_CUSTOMERS = 500
UP_SECONDS = 600
CARD = "customer-0000000"
AS_A_SCRIPT_DOES = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
"""What a script starts with ``&`` ignores Ctrl-C; the demo obeys it all the same."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo, what it printed, and a way to ask it."""

    layout: Layout
    process: "subprocess.Popen[str]"
    printed: str

    def ask(self, *command: str) -> str:
        """Return what a command prints; it must end well."""
        environment = os.environ | {
            f"OFONE_CONSOLE_{service.upper()}": self.layout.target(service) for service in SERVICES
        }
        answer = subprocess.run(
            command,
            cwd=ROOT,
            env=environment | {"COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def ml(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a command of the learning side against the demo's MLflow."""
        return subprocess.run(
            python("-m", "ml", *map(str, arguments)),
            cwd=ROOT,
            env=self.layout.learning_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=UP_SECONDS,
        )

    def served_version(self) -> str:
        """Return the model that `embedding` answers with."""
        with grpc.insecure_channel(self.layout.target("embedding")) as channel:
            return str(EmbeddingServiceStub(channel).GetModel(GetModelRequest()).model.version)

    def wait_for_version(self, version: str) -> None:
        """Wait until `embedding` answers with a version."""
        start = time.monotonic()
        while self.served_version() != version:
            assert time.monotonic() - start < UP_SECONDS, f"{version} never came"
            time.sleep(0.1)

    def ofone(self, *arguments: str) -> str:
        return self.ask(str(Path(sys.executable).parent / "ofone"), *arguments)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    offset = free_offset()
    options = ["--customers", CUSTOMERS, "--folder", str(folder), "--port-offset", str(offset)]
    log = folder / "printed.txt"
    with log.open("w") as file:
        process = subprocess.Popen(
            [*AS_A_SCRIPT_DOES, *python("-m", "demo", *options)],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    until = time.monotonic() + UP_SECONDS
    while "Everything is up" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.5)
    yield Demo(Layout(folder, offset), process, log.read_text())
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_three_customers_are_shown_with_offers_reasons_and_what_a_purchase_changes(
    demo: Demo,
) -> None:
    assert demo.printed.count("Offered now") == 3
    changes = re.findall(r"One purchase later: (.+) was\s+bought", demo.printed)
    assert len(changes) == 3
    assert "Bought" in demo.printed
    # what was bought a minute ago carries no offer any more
    for item, rest in zip(changes, demo.printed.split("One purchase later:")[1:], strict=True):
        after = rest.split("was", 1)[1].split("why: ofone")[0].split("customer's version")[1]
        assert item not in " ".join(re.sub(r"[│┃]", " ", after).split())


def test_python_and_nodejs_ask_as_the_readme_says(demo: Demo) -> None:
    target = demo.layout.target("recommendation")
    told = demo.ask(*python("docs/examples/select_offers.py", target, "LOYALTY_CARD", CARD))
    assert re.match(r"decisions/\S+ for customers/\w+\n", told)

    if shutil.which("node") is None or not (ROOT / "node_modules" / "@grpc" / "grpc-js").is_dir():
        pytest.skip("Node.js or its packages (npm install --no-save) are missing")
    told = demo.ask("node", "docs/examples/select_offers.mjs", target, "LOYALTY_CARD", CARD)
    assert re.match(r"decisions/\S+ for customers/\w+\n", told)


def test_the_command_line_shows_a_customer_their_offers_and_why(demo: Demo) -> None:
    assert "SERVING" in demo.ofone("health").upper()
    assert re.search(r"tea, .* every \d days", demo.ofone("customer", "--card", CARD))
    offers = demo.ofone("offers", "--card", CARD)
    name = re.search(r"decisions/[0-9a-f-]{36}", offers)
    assert name is not None, offers
    why = demo.ofone("explain", name[0])
    assert "chosen" in why.lower()
    # every offer that was looked at has a verdict: a dozen of them
    assert len(demo.ofone("offer", "list").splitlines()) > 12


def test_the_services_rank_what_is_ranked_offline(demo: Demo) -> None:
    dataset = read_dataset(demo.layout.dataset)
    purchases = purchases_of(dataset)
    now_seconds = purchases.as_of_seconds + 3_600
    now = datetime.fromtimestamp(now_seconds, UTC)
    bundle = read_bundle(demo.layout.model / "current")
    offline = BundleRecommender(bundle, purchases, now, catalogue=item_attributes(dataset.items))
    # those of whom the demo tells a story have bought something since
    others = [each for each in purchases.customer_ids if each not in demo.printed]
    asked = others[:PARITY_CUSTOMERS]

    with grpc.insecure_channel(demo.layout.target("recommendation")) as channel:
        service = RecommendationServiceStub(channel)
        for customer in asked:
            request = RecommendItemsRequest(max_items=20)
            request.identifier.kind, request.identifier.value = "LOYALTY_CARD", customer
            request.context.time.FromSeconds(now_seconds)
            request.context.store = purchases.last_store(customer)
            answer = service.RecommendItems(request)
            assert not answer.degradations
            ranked = [each.item.removeprefix("items/") for each in answer.items]
            assert ranked == offline.rank(customer, 20), customer
    assert len(asked) == PARITY_CUSTOMERS


@pytest.fixture
def sidecar(demo: Demo) -> Iterator[None]:
    """Publish whatever becomes champion, as the sidecar of a pod does."""
    command = ("publish", "--watch", "--model-dir", str(demo.layout.model))
    process = subprocess.Popen(
        python("-m", "ml", *command), cwd=ROOT, env=demo.layout.learning_environment()
    )
    yield
    process.terminate()
    process.wait(60)


def test_a_night_of_retraining_reaches_the_services_and_so_does_the_way_back(
    demo: Demo, sidecar: None, tmp_path: Path
) -> None:
    before = demo.served_version()
    quick = tmp_path / "quick.toml"
    quick.write_text("[learning]\nwindows = 2\n[learning.factors]\nfactors = 16\niterations = 5\n")
    services = {name: demo.layout.target(name) for name in ("profile", "embedding")}
    where = [word for name, target in services.items() for word in (f"--{name}", target)]

    night = demo.ml("retrain", *where, "--out", tmp_path / "night", "--config", quick)

    assert night.returncode == 0, night.stdout + night.stderr
    trail = json.loads((tmp_path / "night" / "trail.json").read_text())
    outcomes = {each["name"]: each["outcome"] for each in trail["steps"]}
    assert (outcomes["import"], outcomes["train"]) == ("done", "done")
    said = (tmp_path / "night" / "trail.md").read_text()
    assert "the champion, version 1, was asked the same" in said
    if outcomes["gate"] == "refused":  # a quick model of six hundred may be no match
        assert "REFUSED" in said
        assert demo.served_version() == before
        assert demo.ml("promote", "--overrule", "the way back is to be seen").returncode == 0
    (after,) = set(re.findall(r"version 2 \((\S+)\) is the challenger", said))
    demo.wait_for_version(after)

    start = time.monotonic()
    assert demo.ml("rollback", "--why", "it was a test").returncode == 0
    returned = time.monotonic()
    demo.wait_for_version(before)

    command_seconds, services_seconds = returned - start, time.monotonic() - returned
    print(f"rolled back: the command {command_seconds:.1f} s, the services {services_seconds:.1f}")
    report = json.loads(demo.ml("report", "--format", "json").stdout)
    assert [(each["source"], each["target"]) for each in report["moves"]] == [
        ("", "1"), ("1", "2"), ("2", "1"),
    ]  # fmt: skip
    assert not report["is_astray"]


def test_ctrl_c_ends_every_process_the_demo_started(demo: Demo) -> None:
    started = psutil.Process(demo.process.pid).children(recursive=True)
    assert len(started) >= 4

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(60) == 0
    _, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []


def test_a_port_in_use_is_named_before_anything_is_done(tmp_path: Path) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        port = thief.getsockname()[1]
        offset = port - Layout(tmp_path).grpc_port("profile")
        options = ["--folder", str(tmp_path / "demo"), "--port-offset", str(offset), "--once"]
        answer = subprocess.run(
            python("-m", "demo", *options), cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert answer.returncode == 1
    assert f"port {port}, wanted for profile, is in use" in answer.stdout
    assert not (tmp_path / "demo" / "dataset").exists()
