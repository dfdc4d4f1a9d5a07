// As in the guide of @line/bot-sdk, "Webhook", with Express.
import { createServer, type Server } from "node:http";
import { middleware, SignatureValidationFailed, type webhook } from "@line/bot-sdk";
import express, { type NextFunction, type Request, type Response } from "express";
import { PATH, SECRET } from "../target.ts";
import type { Context } from "./setup.ts";

/** Its middleware on Express. */
export async function serve({ handle }: Context): Promise<Server> {
  const app = express();
  app.post(PATH, middleware({ channelSecret: SECRET }), async (req, res) => {
    const { events } = req.body as webhook.CallbackRequest;
    await Promise.all(events.map((event) => (event.type === "message" ? handle() : undefined)));
    res.status(200).end();
  });
  app.use((error: Error, _req: Request, res: Response, next: NextFunction) => {
    if (error instanceof SignatureValidationFailed) res.status(401).send(error.signature);
    else next(error);
  });
  return createServer(app);
}
