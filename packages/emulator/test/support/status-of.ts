import http, { type IncomingMessage } from "node:http";

/** Not by `fetch`, which leaves out what only browsers may say. A body makes it a POST. */
export async function statusOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<number | undefined> {
  const request = http.request(url, { method: body === undefined ? "GET" : "POST", headers });
  const response = new Promise<IncomingMessage>((resolve) => request.on("response", resolve));
  request.end(body);
  return (await response).resume().statusCode;
}
