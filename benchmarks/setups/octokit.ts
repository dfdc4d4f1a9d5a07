// As in the README of @octokit/webhooks, "createNodeMiddleware()".
import { createServer, type Server } from "node:http";
import { createNodeMiddleware, Webhooks } from "@octokit/webhooks";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

/** Its middleware on node:http. */
export async function serve({ handle }: Context): Promise<Server> {
  const webhooks = new Webhooks({ secret: SECRET });
  webhooks.on("issue_comment.created", () => handle());
  const middleware = createNodeMiddleware(webhooks, { path: PATH });
  return createServer(async (req, res) => {
    if (await middleware(req, res)) return;
    res.writeHead(404);
    res.end();
  });
}
