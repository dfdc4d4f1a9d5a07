// As in the comments of whatsapp-api-js/middleware/express and …/node-http, and its `Node18` set-up for Node.js 20.
import { createServer, type Server } from "node:http";
import { Node18 } from "whatsapp-api-js/setup/node";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

const settings = Node18({ token: "token", appSecret: SECRET, webhookVerifyToken: "token" });

/** Its middleware on Express or on node:http. */
export async function serve({ framework, handle }: Context): Promise<Server> {
  if (framework === "Express") {
    const { default: express } = await import("express");
    const { WhatsAppAPI } = await import("whatsapp-api-js/middleware/express");
    const whatsapp = new WhatsAppAPI(settings);
    whatsapp.on.message = () => handle();
    const app = express();
    app.post(PATH, express.text({ type: "*/*", limit: "4mb" }), async (req, res) => {
      res.sendStatus(await whatsapp.handle_post(req));
    });
    return createServer(app);
  }
  const { WhatsAppAPI } = await import("whatsapp-api-js/middleware/node-http");
  const whatsapp = new WhatsAppAPI(settings);
  whatsapp.on.message = () => handle();
  return createServer(async (request, response) => {
    if (request.url === PATH && request.method === "POST") {
      response.statusCode = await whatsapp.handle_post(request);
      response.end();
    }
  });
}
