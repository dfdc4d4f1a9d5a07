import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { port, run } from "../receiver/process.ts";
import { handler } from "./handler.ts";

/** A request as the event that AWS makes of it, in the payload format 2.0. */
async function toEvent(req: IncomingMessage): Promise<APIGatewayProxyEventV2> {
  const { method = "GET", headers, socket } = req;
  const { host, pathname, search } = new URL(req.url ?? "/", `http://${headers.host}`);
  const body = await text(req);
  const now = new Date();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ),
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: host,
      domainPrefix: "local",
      http: {
        method,
        path: pathname,
        protocol: "HTTP/1.1",
        sourceIp: socket.remoteAddress ?? "",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: "local",
      routeKey: "$default",
      stage: "$default",
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    isBase64Encoded: false,
    ...(body !== "" && { body }),
  };
}

// Stands for AWS on your machine.
const server = createServer(async (req, res) => {
  try {
    const { statusCode, headers, body } = await handler(await toEvent(req));
    res.writeHead(statusCode, headers).end(body);
  } catch (error) {
    console.error(error);
    res.writeHead(502).end();
  }
});
server.listen({ port });
run(server, async () => {
  server.close();
});
