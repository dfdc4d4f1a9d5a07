import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { post } from "../open-loop.ts";
import { RequestMaker } from "../requests.ts";

test("what the server hung up on is sent again as it was, whatever its maker wrote since", async () => {
  const seen: Buffer[] = [];
  const requests = new Map<IncomingMessage["socket"], number>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const nth = (requests.get(request.socket) ?? 0) + 1;
    requests.set(request.socket, nth);
    // As a server does that lets an idle connection go while a request is on its way.
    if (nth === 2) request.socket.destroy();
    else {
      seen.push(body);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const maker = new RequestMaker({ sender: "whatsapp", bytes: 1_024, items: 1 });
  const bodies: Buffer[] = [];
  const send = (number: number) => {
    const parts = maker.parts(number);
    bodies.push(Buffer.from(parts.body));
    return post(port, parts);
  };

  const first = await send(0);
  const second = send(1);
  maker.parts(2);

  expect([first.status, (await second).status]).toEqual([200, 200]);
  expect(seen).toEqual(bodies);
  expect(
    [...requests.values()],
    "the second went over the first's connection, then over its own",
  ).toEqual([2, 1]);
});
