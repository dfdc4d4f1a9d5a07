// Plays the platform for a moment: messages of some customers, signed, to each of the web processes in turn.
import { notification, signed } from "@whatsapp-webhooks/testing";

const secret = process.env.WHATSAPP_APP_SECRET ?? "secret";
const ports = (process.env.PORTS ?? "3001,3002").split(",");

for (let i = 0; i < 20; i++) {
  const from = String(12125550100 + (i % 5));
  const { body, headers } = signed(notification({ text: `Message ${i}`, from }), secret);
  const url = `http://localhost:${ports[i % ports.length]}/webhooks/whatsapp`;
  const { status } = await fetch(url, { method: "POST", headers, body });
  console.log(`${url} answered ${status}`);
}
