// Ask what to offer, from Node.js; the contracts are loaded while it runs:
//   node docs/examples/select_offers.mjs 127.0.0.1:7403 LOYALTY_CARD 1001
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const [target, kind, value] = process.argv.slice(2);
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

const request = {
  identifier: { kind, value },
  context: { channel: "web" },
  max_offers: 3,
};
client.SelectOffers(request, { deadline: Date.now() + 1000 }, (error, answer) => {
  if (error) {
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    process.exitCode = 1;
  } else {
    const { decision } = answer;
    console.log(`${decision.name} for ${decision.customer || "somebody new"}`);
    for (const offer of decision.offers) {
      const reasons = offer.reasons.map((reason) => reason.kind.replace("REASON_KIND_", ""));
      console.log(`  ${offer.display_name}: ${offer.item || "the whole shop"}, ` +
        `${offer.score.toFixed(3)} (${reasons.join(", ")})`);
    }
  }
  client.close();
});
