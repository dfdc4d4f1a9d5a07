import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createPathMatcher,
  DEFAULT_PATH,
  type WebhookRequest,
  type WebhookResponse,
  type Webhooks,
} from "@whatsapp-webhooks/core";
import { sendResponse, toWebhookRequest } from "@whatsapp-webhooks/core/node";
import type { MakeHandler, ParsedRequest } from "../subjects/node-subject.ts";

/** Deliberately wrong adapters, by what each does wrong; with the cases that are there to catch it. */
export type Mutants = Readonly<
  Record<string, { readonly makeHandler: MakeHandler; readonly caughtBy: readonly string[] }>
>;

/** What a right adapter consists of; each mutant replaces one part. */
interface Parts {
  match(path: string): (url: string) => Readonly<Record<string, string>> | undefined;
  toRequest(request: WebhookRequest, req: ParsedRequest): WebhookRequest | Promise<WebhookRequest>;
  receive(webhooks: Webhooks, request: WebhookRequest): Promise<WebhookResponse>;
  send(res: ServerResponse, response: WebhookResponse, req: IncomingMessage): void;
  passOn(next: () => void, res: ServerResponse, req: IncomingMessage): void;
}

const right: Parts = {
  match: createPathMatcher,
  toRequest: (request) => request,
  receive: (webhooks, request) => webhooks.receive(request),
  send: sendResponse,
  passOn: (next) => next(),
};

/** A right adapter, but for the parts given. With none it passes every case. */
export function adapterWith(wrong: Partial<Parts>): MakeHandler {
  const { match, toRequest, receive, send, passOn } = { ...right, ...wrong };
  return (webhooks, { path = DEFAULT_PATH }) => {
    const isOurs = match(path);
    const answer = async (
      req: ParsedRequest,
      res: ServerResponse,
      params: Readonly<Record<string, string>>,
    ) => {
      const { rawBody, body } = req;
      const hint = "a parser read the body before the webhook; keep req.rawBody.";
      const request = toWebhookRequest(req, { params, rawBody, body, hint });
      send(res, await receive(webhooks, await toRequest(request, req)), req);
    };
    return (req, res, next) => {
      const params = isOurs(req.url ?? "/");
      if (params === undefined) passOn(next, res, req);
      else answer(req, res, params).catch(() => res.destroy());
    };
  };
}

/** An adapter that changes what core answers. */
export function answering(change: (response: WebhookResponse) => WebhookResponse): MakeHandler {
  return adapterWith({
    receive: async (webhooks, request) => change(await webhooks.receive(request)),
  });
}

/** An adapter that changes what core is asked. */
export function asking(toRequest: Parts["toRequest"]): MakeHandler {
  return adapterWith({ toRequest });
}

export function withBytes(request: WebhookRequest, bytes: Uint8Array): WebhookRequest {
  return { ...request, body: { kind: "bytes", bytes } };
}
