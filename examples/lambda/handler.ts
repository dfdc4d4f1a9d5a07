import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { webhooks } from "../receiver/whatsapp.ts";

// Lambda freezes the process with the answer, so the handlers run before it.
if (process.env.WHATSAPP_INBOX !== "inline")
  throw new Error("On AWS Lambda, set WHATSAPP_INBOX to inline.");
const receive = whatsappWebhooks(webhooks);

/** What AWS Lambda calls, behind a function URL or an HTTP API: an event for each request. */
export async function handler(event: APIGatewayProxyEventV2) {
  const { requestContext, rawPath, rawQueryString, headers, body, isBase64Encoded } = event;
  const { method } = requestContext.http;
  const response = await receive(
    new Request(`https://${requestContext.domainName}${rawPath}?${rawQueryString}`, {
      method,
      headers: Object.entries(headers).map(([name, value = ""]): [string, string] => [name, value]),
      // The signature is over the bytes. Whoever sends a body with a GET gets an answer, too.
      body:
        method === "POST" && body ? Buffer.from(body, isBase64Encoded ? "base64" : "utf8") : null,
    }),
  );
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  } satisfies APIGatewayProxyStructuredResultV2;
}
