import { whatsappWebhooks } from "@whatsapp-webhooks/core/fetch";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { webhooks } from "../receiver/whatsapp.ts";

const receive = whatsappWebhooks(webhooks);

/** What AWS Lambda calls, behind a function URL or an HTTP API: an event for each request. */
export async function handler(event: APIGatewayProxyEventV2) {
  const { requestContext, rawPath, rawQueryString, headers, body, isBase64Encoded } = event;
  const response = await receive(
    new Request(`https://${requestContext.domainName}${rawPath}?${rawQueryString}`, {
      method: requestContext.http.method,
      headers: Object.entries(headers).map(([name, value = ""]): [string, string] => [name, value]),
      // The signature is over the bytes.
      body: body === undefined ? null : Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
    }),
  );
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  } satisfies APIGatewayProxyStructuredResultV2;
}
