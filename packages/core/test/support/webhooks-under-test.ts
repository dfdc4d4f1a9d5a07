import { type Mock, vi } from "vitest";
import {
  createWebhooks,
  type Logger,
  type WebhookResponse,
  type Webhooks,
  type WebhooksOptions,
} from "../../src/index.ts";
import { cloudBody, SECRET, signedRequest, TOKEN, text } from "./notifications.ts";

/** Webhooks, what they log, and a way to send them a text. */
export function setUp(options: Partial<WebhooksOptions> = {}): {
  readonly webhooks: Webhooks;
  readonly logger: Record<keyof Logger, Mock>;
  post(body: string): Promise<WebhookResponse>;
} {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const webhooks = createWebhooks({ appSecret: SECRET, verifyToken: TOKEN, logger, ...options });
  const post = (body: string) => webhooks.receive(signedRequest(cloudBody([text(body)])));
  return { webhooks, logger, post };
}
