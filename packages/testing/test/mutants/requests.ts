import { createPathMatcher, DEFAULT_PATH } from "@whatsapp-webhooks/core";
import { adapterWith, asking, type Mutants } from "./wrong-adapter.ts";

const HANDSHAKE =
  "handshake: the right token gets exactly the challenge, as plain text that nothing sniffs";
const HEAD = "refusals: HEAD is 405 and told what is allowed, without a body";
const OTHER_PATHS = "routing: other paths go on, however alike";
const OWN_PATH = "routing: a path of one's own replaces the default";
const OWN_ROUTE =
  "routing: the app's own route gets its body, through its own parser, without a trace";
const PARAMS =
  "routing: `:name` segments of the path reach the secret function, decoded, with the whole URL";

export const requestMutants: Mutants = {
  "sees the last one of doubled parameters": {
    makeHandler: asking((request) => {
      const [path = "", query = ""] = request.url.split("?");
      const once = Object.fromEntries(new URLSearchParams(query));
      return { ...request, url: `${path}?${new URLSearchParams(once)}` };
    }),
    caughtBy: [
      "handshake: a doubled token is refused, and the challenge not echoed",
      "handshake: no challenge, or two, is refused",
    ],
  },
  "hands on the path without the query": {
    makeHandler: asking((request) => ({ ...request, url: request.url.split("?")[0] ?? "" })),
    caughtBy: [HANDSHAKE, PARAMS],
  },
  "takes the first of doubled headers": {
    makeHandler: asking((request) => ({
      ...request,
      header: (name) => request.header(name)?.split(", ")[0],
    })),
    caughtBy: [
      "refusals: a signature given twice is 401 before the body has come, the right one among them",
    ],
  },
  "looks headers up in one spelling": {
    makeHandler: asking((request, { rawHeaders }) => ({
      ...request,
      header(name) {
        const at = rawHeaders.indexOf(name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase()));
        return at === -1 ? undefined : rawHeaders[at + 1];
      },
    })),
    caughtBy: ["delivery: header names count in any spelling"],
  },
  "hands on the signature and no other header": {
    makeHandler: asking((request) => ({
      ...request,
      header: (name) => (name === "x-hub-signature-256" ? request.header(name) : undefined),
    })),
    caughtBy: [
      "refusals: a compressed body is 415",
      "On-Premises: the right authorization is 200 and its event arrives",
      "On-Premises: the verify function sees the headers and the very bytes",
    ],
  },
  "takes every method but GET for POST": {
    makeHandler: asking((request) => ({
      ...request,
      method: request.method === "GET" ? "GET" : "POST",
    })),
    caughtBy: ["refusals: DELETE is 405 and told what is allowed", HEAD],
  },
  "takes HEAD for GET": {
    makeHandler: asking((request) => ({
      ...request,
      method: request.method === "HEAD" ? "GET" : request.method,
    })),
    caughtBy: [HEAD],
  },
  "swallows other routes": {
    makeHandler: adapterWith({ passOn: () => {} }),
    caughtBy: [OTHER_PATHS, OWN_ROUTE],
  },
  "answers other routes itself": {
    makeHandler: adapterWith({ passOn: (_next, res) => void res.writeHead(404).end() }),
    caughtBy: [OWN_ROUTE],
  },
  "reads the bodies of other routes": {
    makeHandler: adapterWith({ passOn: (next, _res, req) => void req.on("end", next).resume() }),
    caughtBy: [OWN_ROUTE],
  },
  "compares the whole URL": {
    makeHandler: adapterWith({ match: (path) => (url) => (url === path ? {} : undefined) }),
    caughtBy: [HANDSHAKE, "routing: the query and one trailing slash make no difference"],
  },
  "takes whatever begins with the path": {
    makeHandler: adapterWith({ match: (path) => (url) => (url.startsWith(path) ? {} : undefined) }),
    caughtBy: [OTHER_PATHS, OWN_PATH],
  },
  "compares paths without regard to case": {
    makeHandler: adapterWith({
      match: (path) => (url) => createPathMatcher(path.toLowerCase())(url.toLowerCase()),
    }),
    caughtBy: [OTHER_PATHS, OWN_PATH],
  },
  "knows the default path only": {
    makeHandler: adapterWith({ match: () => createPathMatcher(DEFAULT_PATH) }),
    caughtBy: [OWN_PATH],
  },
  "forgets the path's params": {
    makeHandler: asking((request) => ({ ...request, params: {} })),
    caughtBy: [PARAMS],
  },
  "leaves the path's params encoded": {
    makeHandler: asking((request) => ({
      ...request,
      params: Object.fromEntries(
        Object.entries(request.params).map(([name, value]) => [name, encodeURIComponent(value)]),
      ),
    })),
    caughtBy: [PARAMS],
  },
};
