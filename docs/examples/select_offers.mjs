// Ask what to offer, from Node.js; the contracts are loaded while it runs:
//   node docs/examples/select_offers.mjs 127.0.0.1:7403 LOYALTY_CARD 1001
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import protobuf from "protobufjs";

const [target, kind, value] = process.argv.slice(2);
if (process.argv.length !== 5) {
  console.error("usage: node select_offers.mjs HOST:PORT KIND VALUE, such as LOYALTY_CARD 1001");
  process.exit(1);
}
const protos = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "protos");
const definition = loader.loadSync("ofone/recommendation/v1/recommendation_service.proto", {
  includeDirs: [protos],
  keepCase: true,
  enums: String,
  longs: Number,
  defaults: true,
  oneofs: true,
});
const { RecommendationService } = grpc.loadPackageDefinition(definition).ofone.recommendation.v1;
const client = new RecommendationService(target, grpc.credentials.createInsecure());

// What is used of google.rpc.Status, which a refused call carries in its trailing metadata.
const rpc = protobuf.parse(`syntax = "proto3";
  message Detail { string type_url = 1; bytes value = 2; }
  message Status { repeated Detail details = 3; }
  message Violation { string field = 1; string description = 2; }
  message BadRequest { repeated Violation violations = 1; }`).root;

function brokenFields(error) {
  const [content] = error.metadata.get("grpc-status-details-bin");
  const details = content ? rpc.Status.decode(content).details : [];
  return details
    .filter((detail) => detail.typeUrl.endsWith("/google.rpc.BadRequest"))
    .flatMap((detail) => rpc.BadRequest.decode(detail.value).violations);
}

const request = {
  identifier: { kind, value },
  context: { channel: "web" },
  max_offers: 3,
};
client.SelectOffers(request, { deadline: Date.now() + 1000 }, (error, answer) => {
  if (error) {
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    for (const { field, description } of brokenFields(error)) {
      console.error(`  ${field}: ${description}`);
    }
    process.exitCode = 1;
  } else {
    const { decision } = answer;
    console.log(`${decision.name} for ${decision.customer || "somebody new"}`);
    for (const lack of decision.degradations) {
      console.log(`  degraded: ${lack.replace("DEGRADATION_", "")}`);
    }
    for (const offer of decision.offers) {
      const reasons = offer.reasons.map((reason) => reason.kind.replace("REASON_KIND_", ""));
      console.log(`  ${offer.display_name}: ${offer.item || "the whole shop"}, ` +
        `${offer.score.toFixed(3)} (${reasons.join(", ")})`);
    }
    if (decision.offers.length === 0) {
      console.log("  nothing fits now");
    }
  }
  client.close();
});
