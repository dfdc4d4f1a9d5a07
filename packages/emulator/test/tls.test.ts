import { describe, expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { adminToken, call, PASSWORD } from "./support/api.ts";
import { makeCertificates } from "./support/certificates.ts";
import { started } from "./support/emulators.ts";
import { Receiver, VERIFY_TOKEN } from "./support/receiver.ts";

const { authority, server, selfSigned } = makeCertificates();

describe("the Cloud API", () => {
  test("refuses a callback URL whose chain it does not trust, and takes one that it does", async () => {
    const receiver = await Receiver.start({ tls: server });
    const subscription = { callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN };
    const strict = await started();
    await expect(strict.subscribe(subscription)).rejects.toThrow(/tls \(UNABLE_TO_VERIFY/);
    expect(receiver.handshakes).toEqual([]);

    const trusting = await started({ trustedCertificates: authority.cert });
    await trusting.subscribe(subscription);
    trusting.customer().text("over TLS");
    await trusting.idle();
    expect(receiver.items).toEqual(["over TLS"]);
  });

  test("checks the name", async () => {
    const { authority: other, server: elsewhere } = makeCertificates("DNS:elsewhere.example");
    const receiver = await Receiver.start({ tls: elsewhere });
    const emulator = await started({ trustedCertificates: [other.cert] });
    await expect(
      emulator.subscribe({ callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN }),
    ).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID/);
  });
});

describe("the On-Premises client", () => {
  const ca = "/v1/certificates/webhooks/ca";

  test.each([
    ["signed by an authority of one's own", server, authority.cert],
    ["that signed itself", selfSigned, selfSigned.cert],
    ["whose authority is the second in the file", server, `${selfSigned.cert}\n${authority.cert}`],
  ])(
    "takes a certificate %s once its authority is uploaded, from the restart on",
    async (_, tls, pem) => {
      const receiver = await Receiver.start({ tls });
      const clock = steppedClock();
      const emulator = await started({
        clock,
        onPremises: { adminPassword: PASSWORD, settings: { webhooks: { url: receiver.url } } },
      });
      const token = await adminToken(emulator);
      emulator.customer({ to: "on-premises" }).text("over TLS");
      await clock.advance(0);
      expect(emulator.deliveries[0]?.attempts).toMatchObject([{ failure: "tls" }]);

      const headers = { "content-type": "text/plain" };
      expect((await call(emulator, `POST ${ca}`, { token, body: pem, headers })).status).toBe(200);
      await clock.advance(3000);
      expect(receiver.items).toEqual([]);
      await emulator.restart();
      await clock.advance(60_000);
      expect(receiver.items).toEqual(["over TLS"]);
    },
  );

  test("keeps, shows and forgets the file", async () => {
    const emulator = await started({ onPremises: { adminPassword: PASSWORD } });
    const token = await adminToken(emulator);
    expect(await call(emulator, `GET ${ca}`, { token })).toMatchObject({
      status: 404,
      json: {
        errors: [
          { code: 1006, title: "Resource not found", details: "No webhook CA certificates found" },
        ],
      },
    });
    await call(emulator, `POST ${ca}`, { token, body: authority.cert });
    expect(await call(emulator, `GET ${ca}`, { token })).toMatchObject({
      status: 200,
      text: authority.cert,
    });
    expect((await call(emulator, `DELETE ${ca}`, { token })).status).toBe(200);
    expect((await call(emulator, `GET ${ca}`, { token })).status).toBe(404);
  });

  test("refuses what is no certificate, and who is no admin", async () => {
    const emulator = await started({ onPremises: { adminPassword: PASSWORD } });
    const token = await adminToken(emulator);
    const broken = authority.cert.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
    for (const [body, code] of [
      ["nonsense", 1009],
      [broken, 1009],
      ["", 1008],
    ] as const)
      expect(await call(emulator, `POST ${ca}`, { token, body })).toMatchObject({
        status: 400,
        json: { errors: [{ code }] },
      });
    for (const method of ["GET", "POST", "DELETE"])
      expect((await call(emulator, `${method} ${ca}`)).status).toBe(401);
  });
});

test("the HTTP APIs themselves may be served over TLS", async () => {
  const emulator = await started({ server: { host: "localhost", tls: server } });
  expect(emulator.url).toMatch(/^https:\/\/localhost:\d+$/);
});
