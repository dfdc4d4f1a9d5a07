import { once } from "node:events";
import { connect } from "node:net";

export interface Conversation {
  /** Of each answer, in order. */
  readonly statuses: readonly number[];
  /** The connection was closed in the end. */
  readonly isOver: boolean;
}

/** A request that every server answers and then closes the connection, if what came before it left any room for one. */
const LAST = "GET /the-end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
/** Whoever has not answered by then waits for more to come. */
const PATIENCE_MS = 1_500;
const LONGEST_MS = 15_000;

/** Sends bytes as they are, and one well-formed request after them; waits until the server closes the connection. */
export async function conversation(
  origin: string,
  bytes: Uint8Array,
  isHead: boolean,
): Promise<Conversation> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = "";
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
  });
  socket.write(Buffer.concat([bytes, Buffer.from(LAST)]));
  const impatient = setTimeout(() => socket.end(), PATIENCE_MS);
  let isOver = true;
  const late = setTimeout(() => {
    isOver = false;
    socket.destroy();
  }, LONGEST_MS);
  await once(socket, "close");
  clearTimeout(impatient);
  clearTimeout(late);
  return { statuses: statusesIn(received, isHead), isOver };
}

/** By the lengths that the answers tell of themselves: a challenge may look like an answer. */
function statusesIn(received: string, isHead: boolean): number[] {
  const statuses: number[] = [];
  for (let rest = received; rest.startsWith("HTTP/1.1 "); ) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) break;
    const head = rest.slice(0, end);
    const status = Number(head.slice(9, 12));
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (status !== 100) statuses.push(status);
    rest = rest.slice(end + 4 + (isHead && statuses.length === 1 ? 0 : length));
  }
  return statuses;
}
