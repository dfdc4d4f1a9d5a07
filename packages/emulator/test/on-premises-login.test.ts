import { describe, expect, test } from "vitest";
import { steppedClock } from "../src/index.ts";
import { adminToken, basic, call, PASSWORD, tokenOf } from "./support/api.ts";
import { started } from "./support/emulators.ts";

const configured = { onPremises: { adminPassword: PASSWORD, version: "2.41.3" } };

function error(code: number, title: string, details: string) {
  return {
    errors: [{ code, title, details }],
    meta: expect.objectContaining({ api_status: "stable" }),
  };
}

describe("login", () => {
  const login = "POST /v1/users/login";
  const delivered = { authorization: basic("admin", "secret") };

  test("the first one needs a new password, which is good from then on", async () => {
    const emulator = await started();
    expect(await call(emulator, login, delivered)).toMatchObject({
      status: 401,
      json: error(1024, "Password change required", "Password must be changed"),
    });
    for (const new_password of [
      "Sh0rt-a",
      "no-upper-case-1",
      "NO-LOWER-1",
      "No-Digits",
      "NoSpecial1",
      7,
      "Aa1-".repeat(17),
    ])
      expect(await call(emulator, login, { ...delivered, json: { new_password } })).toMatchObject({
        status: 400,
        json: { errors: [{ code: 1009, title: "Parameter value is not valid" }] },
      });
    const first = await call(emulator, login, { ...delivered, json: { new_password: PASSWORD } });
    expect(first).toMatchObject({
      status: 200,
      json: {
        users: [
          {
            token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
            expires_after: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/),
          },
        ],
        meta: { api_status: "stable", version: "v2.45.1" },
      },
    });
    expect(await call(emulator, login, delivered)).toMatchObject({ status: 401 });
    const again = await call(emulator, login, { authorization: basic("admin", PASSWORD) });
    expect(tokenOf(again)).not.toBe(tokenOf(first));
  });

  test("what is not JSON is 400 and 1025", async () => {
    const emulator = await started();
    const headers = { "content-type": "application/json" };
    expect(await call(emulator, login, { ...delivered, body: "{oops", headers })).toMatchObject({
      status: 400,
      json: error(
        1025,
        "Request is not valid",
        "Unable to decode json from the request: Syntax error",
      ),
    });
  });

  test("a wrong password, a wrong user, and nobody are 401", async () => {
    const emulator = await started(configured);
    const wrong = [
      basic("admin", "wrong"),
      basic("root", PASSWORD),
      "Basic !",
      "Bearer x",
      undefined,
    ];
    for (const authorization of wrong)
      expect(
        (await call(emulator, login, authorization === undefined ? {} : { authorization })).status,
      ).toBe(401);
  });

  test("a token is good for seven days, or until its logout", async () => {
    const clock = steppedClock();
    const emulator = await started({ ...configured, clock });
    const settings = "GET /v1/settings/application";
    const [token, other] = [await adminToken(emulator), await adminToken(emulator)];
    expect((await call(emulator, settings, { token })).status).toBe(200);
    expect((await call(emulator, "POST /v1/users/logout", { token })).status).toBe(200);
    expect((await call(emulator, settings, { token })).status).toBe(401);
    expect((await call(emulator, settings, { token: other })).status).toBe(200);
    await clock.advance(7 * 24 * 3_600_000);
    expect((await call(emulator, settings, { token: other })).status).toBe(401);
  });

  test("a user who is no admin may send, and set nothing up", async () => {
    const emulator = await started(configured);
    const token = await adminToken(emulator);
    const json = { username: "sender", password: PASSWORD };
    expect(await call(emulator, "POST /v1/users", { token, json })).toMatchObject({
      status: 201,
      json: { users: [{ username: "sender" }] },
    });
    const user = tokenOf(await call(emulator, login, { authorization: basic("sender", PASSWORD) }));
    expect(await call(emulator, "GET /v1/settings/application", { token: user })).toMatchObject({
      status: 403,
      json: error(1005, "Access denied", "Certain operations are not allowed"),
    });
    const message = { to: "12125550123", type: "text", text: { body: "Hi" } };
    expect((await call(emulator, "POST /v1/messages", { token: user, json: message })).status).toBe(
      201,
    );
  });
});
