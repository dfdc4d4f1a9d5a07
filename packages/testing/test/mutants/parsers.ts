import { answering, asking, type Mutants, withBytes } from "./wrong-adapter.ts";

const LOST =
  "parsers: a body whose bytes were not kept is 500 at once, logged once, never delivered";

export const parserMutants: Mutants = {
  "hangs on a consumed body": {
    makeHandler: asking((request) =>
      request.body.kind === "lost" ? new Promise(() => {}) : request,
    ),
    caughtBy: [LOST],
  },
  "takes a parsed body for its bytes": {
    makeHandler: asking((request, req) =>
      request.body.kind === "lost"
        ? withBytes(request, Buffer.from(JSON.stringify(req.body)))
        : request,
    ),
    caughtBy: [LOST],
  },
  "answers 200 and loses a parsed body": {
    makeHandler: answering((r) => (r.body === "body_lost" ? { ...r, status: 200 } : r)),
    caughtBy: [LOST],
  },
  "asks the platform to come again with a parsed body": {
    makeHandler: answering((r) => (r.body === "body_lost" ? { ...r, status: 503 } : r)),
    caughtBy: [LOST],
  },
  "gives no hint when the body is lost": {
    makeHandler: asking((request) =>
      request.body.kind === "lost" ? { ...request, body: { kind: "lost", hint: "" } } : request,
    ),
    caughtBy: [LOST],
  },
  "takes any value in `body` for a body that was read": {
    makeHandler: asking((request, { body, rawBody }) =>
      body !== undefined && rawBody === undefined
        ? { ...request, body: { kind: "lost", hint: "a parser read the body before the webhook" } }
        : request,
    ),
    caughtBy: ["parsers: a body that the parser left alone is read and delivered"],
  },
  "does not look for kept bytes": {
    makeHandler: asking((request, { rawBody }) =>
      rawBody === undefined ? request : { ...request, body: { kind: "lost", hint: "look harder" } },
    ),
    caughtBy: ["parsers: bytes that the parser kept are verified and delivered"],
  },
  "verifies what a parser made of the body": {
    makeHandler: asking((request, { rawBody, body }) =>
      rawBody === undefined ? request : withBytes(request, Buffer.from(JSON.stringify(body))),
    ),
    caughtBy: [
      "parsers: bytes that the parser kept are verified and delivered",
      "parsers: behind a parser that keeps bytes, a forged notification is 401",
    ],
  },
};
