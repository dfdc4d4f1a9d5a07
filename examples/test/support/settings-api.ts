import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** As much of both set-up APIs as the examples use: a login, settings that are merged, and accepted subscriptions. */
export class SettingsApi {
  readonly calls: string[] = [];
  readonly bodies: unknown[] = [];
  settings: Record<string, unknown> = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const call = `${req.method} ${req.url}`;
        const text = Buffer.concat(chunks).toString();
        const body: unknown = text === "" ? undefined : JSON.parse(text);
        this.calls.push(call);
        if (body !== undefined) this.bodies.push(body);
        res.setHeader("content-type", "application/json");
        res.end(JSON.stringify(this.#answer(call, body)));
      });
    });
  }

  #answer(call: string, body: unknown): unknown {
    if (call === "POST /v1/users/login") return { users: [{ token: "a-token" }] };
    if (call.startsWith("PATCH ")) {
      this.settings = { ...this.settings, ...(body as object) };
      return null;
    }
    if (call.startsWith("GET /v1/")) return { settings: { application: this.settings } };
    if (call.startsWith("GET "))
      return { data: [{ whatsapp_business_api_data: { id: "1", name: "Example Bakery" } }] };
    return { success: true };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
