import { afterAll, beforeAll, beforeEach } from "vitest";
import {
  type CloudSubscriptions,
  type CloudSubscriptionsOptions,
  createCloudSubscriptions,
} from "../../src/index.ts";
import { FakeApi } from "./fake-api.ts";

export const appId = "1000000000000001";
export const wabaId = "2000000000000002";
export const phoneNumberId = "3000000000000003";
export const APP = `/v25.0/${appId}/subscriptions`;
export const ACCOUNT = `/v25.0/${wabaId}/subscribed_apps`;
export const NUMBER = `/v25.0/${phoneNumberId}`;

/** Graph's error object. */
export function graphError(code: number, message: string, more: object = {}): object {
  return { error: { message, type: "OAuthException", code, fbtrace_id: "AbCdEfGhIjK", ...more } };
}

/** A fake Graph API for a test file. */
export function useGraph(): FakeApi {
  const graph = new FakeApi();
  beforeAll(() => graph.start());
  beforeEach(() => graph.reset());
  afterAll(() => graph.end());
  return graph;
}

export function cloud(
  graph: FakeApi,
  given: Partial<CloudSubscriptionsOptions> = {},
): CloudSubscriptions {
  return createCloudSubscriptions({
    baseUrl: graph.url,
    accessToken: `${appId}|app-secret`,
    retry: { minDelayMs: 1 },
    ...given,
  });
}
