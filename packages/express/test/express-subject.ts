import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AdapterSubject } from "@whatsapp-webhooks/testing";
import express5, { type RequestHandler } from "express";
import express4 from "express4";
import { whatsappWebhooks } from "../src/index.ts";

/** The majors under support, the older one at its floor. Their types differ in what these tests do not use. */
export const majors = {
  "Express 4.18.0": express4 as unknown as typeof express5,
  "Express 5": express5,
};

/** How users keep the bytes beside the value: the line that the adapter's hint tells them. */
export const keepBytes = {
  limit: "4mb",
  verify(req: IncomingMessage, _res: unknown, bytes: Buffer) {
    (req as IncomingMessage & { rawBody?: Buffer }).rawBody = bytes;
  },
};

export function expressSubject(express: typeof express5): AdapterSubject {
  const pass: RequestHandler = (_req, _res, next) => next();
  return {
    async start({ webhooks, path, mountPoint, before }) {
      const app = express();
      if (before === "consuming") app.use(express.json());
      if (before === "keeping") app.use(express.json(keepBytes));
      if (before === "passing") app.all(/.*/, pass);
      const middleware = whatsappWebhooks(webhooks, { path });
      if (mountPoint === undefined) app.use(middleware);
      else app.use(mountPoint, middleware);
      app.post("/echo", express.json(), (req, res) => {
        res.json(req.body);
      });
      return serve(app.listen(0, "127.0.0.1"));
    },
  };
}

async function serve(server: Server): ReturnType<AdapterSubject["start"]> {
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
