import { expect } from "vitest";
import { fixture, printed, type Started, settings, sign } from "./start.ts";

/** The handshake, as the platform makes it when a callback URL is set; with the wrong token it is refused. */
export async function shakesHands(url: string): Promise<void> {
  const call = (verifyToken: string) =>
    fetch(
      `${url}?${new URLSearchParams({
        "hub.mode": "subscribe",
        "hub.verify_token": verifyToken,
        "hub.challenge": "1158201444",
      })}`,
    );
  const answer = await call(settings.WHATSAPP_VERIFY_TOKEN);
  expect([answer.status, await answer.text()]).toEqual([200, "1158201444"]);
  expect((await call("another token")).status).toBe(403);
}

/** A signed notification is answered 200, and the shared handlers run. */
export async function handlesSigned(url: string, app: Started): Promise<void> {
  const body = fixture("messages/text");
  const response = await post(url, body, sign(body));
  expect([response.status, await response.text()]).toEqual([200, ""]);
  await printed('"body":"Are you open on Sunday morning?"', app.stdout);
  await printed("A text of 31 characters.", app.stderr);
}

/** What somebody else signed, or nobody, is answered 401, and no handler hears of it. */
export async function refusesOthers(url: string, app: Started): Promise<void> {
  const body = fixture("messages/image");
  for (const signature of [sign(body, "another app's secret"), {}])
    expect((await post(url, body, signature)).status).toBe(401);
  expect(app.stdout()).not.toContain("message.image");
}

/** With the type that body parsers look for. */
export function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}
