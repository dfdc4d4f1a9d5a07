import { sendResponse } from "@whatsapp-webhooks/core/node";
import { adapterWith, answering, type Mutants } from "./wrong-adapter.ts";

const HANDSHAKE =
  "handshake: the right token gets exactly the challenge, as plain text that nothing sniffs";
const ANNOUNCED = "limits: a body that announces too many bytes is 413, the connection closed";
const GROWN = "limits: a chunked body that grows too large is 413, the rest unread";
const SLOW = "limits: a body that comes too slowly is 408, the connection closed";

export const answerMutants: Mutants = {
  "answers after the handlers": {
    makeHandler: adapterWith({
      async receive(webhooks, request) {
        const response = await webhooks.receive(request);
        await webhooks.idle();
        return response;
      },
    }),
    caughtBy: ["delivery: the answer does not wait for a handler"],
  },
  "answers 201": {
    makeHandler: answering((r) => (r.status === 200 ? { ...r, status: 201 } : r)),
    caughtBy: [
      HANDSHAKE,
      "delivery: a signed notification is answered exactly 200 and its event arrives",
    ],
  },
  "answers 200 whatever core says": {
    makeHandler: answering((response) => ({ ...response, status: 200 })),
    caughtBy: [
      "refusals: a forged notification is 401 and nothing of it is delivered",
      "limits: an inbox that is full is 503 with Retry-After",
    ],
  },
  "makes every refusal a 500": {
    makeHandler: answering((r) => (r.status === 200 ? r : { ...r, status: 500 })),
    caughtBy: [
      "refusals: a compressed body is 415",
      "limits: closed webhooks are 503 with Retry-After, and the server goes on",
      "On-Premises: a wrong or missing authorization is 401",
    ],
  },
  "forgets the headers of the answer": {
    makeHandler: answering((response) => ({ ...response, headers: {} })),
    caughtBy: [
      HANDSHAKE,
      ANNOUNCED,
      "refusals: PUT is 405 and told what is allowed",
      "limits: an inbox that fails is 503 with Retry-After",
    ],
  },
  "keeps connections with unread bodies": {
    makeHandler: answering((response) => ({
      ...response,
      headers: { ...response.headers, connection: "keep-alive" },
    })),
    caughtBy: [
      ANNOUNCED,
      GROWN,
      SLOW,
      "limits: too many unverified bytes at one time are 503, the connection closed",
    ],
  },
  "destroys the requests that it refuses": {
    makeHandler: adapterWith({
      send(res, response, req) {
        if (response.status !== 200) req.destroy();
        sendResponse(res, response);
      },
    }),
    caughtBy: [GROWN, SLOW, "refusals: no signature is 401 before the body has come"],
  },
  "closes every connection": {
    makeHandler: answering((response) => ({
      ...response,
      headers: { ...response.headers, connection: "close" },
    })),
    caughtBy: [
      "connections: one connection carries many notifications, refused ones among them",
      "connections: requests sent before the answers come are answered in their order",
    ],
  },
  "counts characters for Content-Length": {
    makeHandler: adapterWith({
      send(res, { status, headers, body }) {
        res.writeHead(status, { ...headers, "content-length": body.length });
        res.end(body);
      },
    }),
    caughtBy: ["handshake: a challenge of any characters comes back whole"],
  },
  "sends the challenge as JSON": {
    makeHandler: answering((r) => ({
      ...r,
      headers: { ...r.headers, "content-type": "application/json" },
      body: JSON.stringify(r.body),
    })),
    caughtBy: [HANDSHAKE, "handshake: a challenge of any characters comes back whole"],
  },
  "makes a number of the challenge": {
    makeHandler: answering((r) => ({
      ...r,
      body: /^\d+$/.test(r.body) ? `${Number(r.body)}` : r.body,
    })),
    caughtBy: [HANDSHAKE],
  },
  "echoes the challenge with every refusal": {
    makeHandler: adapterWith({
      async receive(webhooks, request) {
        const response = await webhooks.receive(request);
        const challenge = new URLSearchParams(request.url.split("?")[1]).get("hub.challenge");
        return response.status === 200 ? response : { ...response, body: challenge ?? "" };
      },
    }),
    caughtBy: ["handshake: a wrong token is refused, and the challenge not echoed"],
  },
};
