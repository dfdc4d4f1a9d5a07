import type { Webhooks } from "@whatsapp-webhooks/core";

/** What the sample apps answer at `/health/<probe>`. Any framework can send it. */
export async function probe(
  webhooks: Webhooks,
  name: string,
): Promise<{ status: number; body: object }> {
  // Liveness: that there is an answer at all. A restart mends nothing of what readiness is about.
  if (name === "live") return { status: 200, body: { status: "live" } };
  if (name !== "ready") return { status: 404, body: { status: "not_found" } };
  const health = await webhooks.health();
  return { status: health.ready ? 200 : 503, body: health };
}
