// Writes a program that listens to every event and reads its data.
import { writeFileSync } from "node:fs";
import { eventNames } from "@whatsapp-webhooks/core";

const lines = eventNames.map(
  (name) =>
    `webhooks.on(${JSON.stringify(name)}, (event) => [event.name, event.data, event.account.wabaId]);`,
);
writeFileSync(
  "every-event.mts",
  `import { createWebhooks } from "@whatsapp-webhooks/core";
const webhooks = createWebhooks({ appSecret: "secret", verifyToken: "token" });
${lines.join("\n")}
webhooks.on("*", (event) => {
  if (event.name === "calls.connect") return event.data.session?.sdp;
  return event.name;
});
`,
);
