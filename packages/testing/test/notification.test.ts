import { parse } from "@whatsapp-webhooks/core";
import { describe, expect, test } from "vitest";
import { batch, fixtureNames, loadFixture, notification, onPremises } from "../src/index.ts";

describe("notification", () => {
  test("a text in one line", () => {
    const [, message] = parse(notification({ text: "Hello", from: "15550001111", name: "Ann" }));
    expect(message).toMatchObject({
      name: "message.text",
      source: "cloud",
      sender: { phone: "15550001111", name: "Ann" },
      data: { text: { body: "Hello" } },
    });
  });

  test("two texts are two messages, a fixture is the same every time", () => {
    expect(notification({ text: "Hello" })).not.toEqual(notification({ text: "Hello" }));
    expect(notification({ text: "Hello", unique: false })).toEqual(
      notification({ text: "Hello", unique: false }),
    );
    const fixture = "messages/image";
    expect(notification({ fixture })).toEqual(loadFixture(fixture).body);
    expect(notification({ fixture, unique: true })).not.toEqual(loadFixture(fixture).body);
  });

  test("without anything, it is a message", () => {
    expect([...parse(notification())].map(({ name }) => name)).toContain("message.text");
  });

  test("the business side can be told", () => {
    const body = notification({ wabaId: "111", phoneNumberId: "222" });
    for (const { account } of parse(body))
      expect(account).toMatchObject({ wabaId: "111", phoneNumberId: "222" });
  });

  test("what is given for items is set on every message and status, and on nothing else", () => {
    const item = { timestamp: "1790000000", context: { id: "wamid.1" } };
    const [contact, status] = parse(notification({ fixture: "messages/status-sent-now", item }));
    expect(status?.raw).toMatchObject(item);
    expect(contact?.raw).not.toMatchObject(item);
  });

  test("an id of one's own wins over a new one", () => {
    const body = notification({ text: "a", item: { id: "wamid.mine" } });
    expect([...parse(body)].at(-1)?.key).toBe("message:wamid.mine:text");
  });

  test("the customer's number is set in statuses too", () => {
    const body = notification({ fixture: "messages/status-read", from: "15550001111" });
    expect([...parse(body)].at(-1)).toMatchObject({ recipient: { phone: "15550001111" } });
  });

  test("another number is another person in another conversation, whatever it is about, and has that number", () => {
    const ofOthers = /^(group_|smb_app_state_sync\/|messaging_handovers\/|history\/(?!media-echo))/;
    for (const fixture of fixtureNames().filter((name) => !ofOthers.test(name))) {
      const build = fixture.startsWith("on-premises/") ? onPremises : notification;
      const [before, one, two] = [undefined, "15550001111", "15550002222"].map((from) =>
        [...parse(build({ fixture, from }))].map((event) => ({
          name: event.name,
          person: event.sender ?? event.recipient,
          conversation: event.conversation,
          isChange: event.name === "contact" && event.previous !== undefined,
          isOfGroup: /"group_id"|"recipient_type":"group"/.test(JSON.stringify(event.raw)),
        })),
      );
      // Two members of a group become one, to whom it is delivered twice.
      if (fixture !== "messages/status-group-delivered-aggregated")
        expect(
          one?.map(({ name }) => name),
          fixture,
        ).toEqual(before?.map(({ name }) => name));
      for (const [index, event] of (one ?? []).entries()) {
        const { name, person, conversation, isChange, isOfGroup } = event;
        const other = two?.[index];
        const what = `${fixture}: ${name}`;
        // The new number of somebody who changed it is the fixture's.
        if (person === undefined || isChange) continue;
        expect(person.key, what).not.toBe(other?.person?.key);
        expect(person.phone ?? "15550001111", what).toBe("15550001111");
        if (isOfGroup) expect(conversation, what).toBe(other?.conversation);
        else expect(conversation, what).not.toBe(other?.conversation);
      }
    }
  });

  test("a user id before and after its change is of that number too", () => {
    const body = notification({ fixture: "user_id_update/changed", from: "15550001111" });
    expect([...parse(body)].at(-1)?.raw).toMatchObject({
      user_id: { previous: "US.OLD15550001111", current: "US.15550001111" },
      parent_user_id: { previous: "US.ENT.OLD15550001111", current: "US.ENT.15550001111" },
    });
  });

  test("one number is one person: of texts and of all fixtures with user ids", () => {
    const from = "15550001111";
    for (const fixture of ["messages/status-group-read-bsuid", "calls/connect-username-only"]) {
      const events = [...parse(notification({ fixture, from }))];
      const last = events.at(-1);
      const person = last?.sender ?? last?.recipient;
      expect(person, fixture).toMatchObject({ key: `US.${from}`, phone: from });
      expect(person?.name ?? person?.username, "the profile is still its").toBeDefined();
    }
    const status = notification({ fixture: "messages/status-group-read-bsuid", from });
    const last = [...parse(status)].at(-1);
    expect(last?.conversation).toContain(
      "Y2FwaV9ncm91cDo0OTMwMjMxMjU5MDA6NjQzNDQ5OTEzMTkyNjQ2NjMzZD",
    );
  });

  test("items that shared an id share the new one", () => {
    const twice = loadFixture("on-premises/duplicate-in-one-body");
    const body = onPremises({ fixture: "on-premises/duplicate-in-one-body", unique: true });
    const names = [...parse(body)].map(({ name }) => name);
    expect(names).toEqual([...parse(twice.body)].map(({ name }) => name));
  });

  test("new ids change no event of any fixture", () => {
    const namesOf = (body: object): string[] => [...parse(body)].map(({ name }) => name);
    for (const fixture of fixtureNames()) {
      const build = fixture.startsWith("on-premises/") ? onPremises : notification;
      const before = namesOf(loadFixture(fixture).body);
      expect(namesOf(build({ fixture, unique: true })), fixture).toEqual(before);
    }
  });

  test("whatever fixture is made unique, it is a duplicate of nothing, within one millisecond", () => {
    for (const fixture of fixtureNames()) {
      const build = fixture.startsWith("on-premises/") ? onPremises : notification;
      const keys = [1, 2].flatMap(() =>
        [...parse(build({ fixture, unique: true }), { receivedAt: 1_790_000_000_000 })].map(
          ({ key }) => key,
        ),
      );
      expect(new Set(keys).size, fixture).toBe(keys.length);
    }
  });

  test("what is made unique is no older than what it was made of", () => {
    const receivedAt = Date.now();
    for (const fixture of fixtureNames()) {
      const build = fixture.startsWith("on-premises/") ? onPremises : notification;
      const [before, after] = [build({ fixture }), build({ fixture, unique: true })].map((body) =>
        [...parse(body, { receivedAt })].map(({ timestamp }) => timestamp.getTime()),
      );
      for (const [index, time] of after?.entries() ?? [])
        expect(time, fixture).toBeGreaterThanOrEqual(Math.min(before?.[index] ?? 0, receivedAt));
    }
  });

  test("new ids are of the kind of the old ones", () => {
    const { body } = loadFixture("calls/status-ringing");
    const before = [...parse(body)].at(-1)?.raw;
    const after = [...parse(notification({ fixture: "calls/status-ringing", unique: true }))].at(
      -1,
    );
    expect(after?.raw).toEqual({ ...Object(before), id: expect.stringMatching(/^wacid\../) });
    expect(after?.raw).not.toEqual(before);
  });

  test("the entry of a message has no time, and gets none", () => {
    const [entry] = notification({ text: "Hello" }).entry as readonly object[];
    expect(Object.keys(entry ?? {})).toEqual(["id", "changes"]);
  });

  test("a fixture of the other API, or of none, is an error", () => {
    expect(() => notification({ fixture: "on-premises/text" })).toThrow("use onPremises()");
    expect(() => onPremises({ fixture: "messages/text" })).toThrow("use notification()");
    expect(() => notification({ fixture: "messages/txt" })).toThrow("messages/text");
  });

  test("a fixture and a text together do not compile", () => {
    // @ts-expect-error: the text of a fixture is the fixture's.
    notification({ fixture: "messages/image", text: "Hello" });
  });
});

describe("onPremises", () => {
  test("a text in one line", () => {
    const events = [...parse(onPremises({ text: "Hello", from: "15550001111" }))];
    expect(events.at(-1)).toMatchObject({
      name: "message.text",
      source: "on-premises",
      sender: { phone: "15550001111" },
      data: { text: { body: "Hello" } },
    });
  });
});

describe("batch", () => {
  const texts = (body: object): unknown[] =>
    [...parse(body)].flatMap((e) => (e.name === "message.text" ? [e.data.text.body] : []));

  test("puts the entries of Cloud bodies after each other", () => {
    const body = batch(notification({ text: "one" }), notification({ text: "two" }));
    expect(body.entry).toHaveLength(2);
    expect(texts(body)).toEqual(["one", "two"]);
  });

  test("puts the lists of On-Premises bodies after each other", () => {
    const status = onPremises({ fixture: "on-premises/status-read" });
    const body = batch(onPremises({ text: "one" }), status, onPremises({ text: "two" }));
    expect(texts(body)).toEqual(["one", "two"]);
    expect(body.statuses).toHaveLength(1);
  });

  test("leaves the bodies as they were", () => {
    const one = notification({ text: "one" });
    const copy = structuredClone(one);
    batch(one, notification());
    expect(one).toEqual(copy);
  });

  test("does not mix the APIs", () => {
    expect(() => batch(notification(), onPremises())).toThrow("not both");
  });
});

test("an option that there is not is refused, with the one that may be meant", () => {
  const options: object = { form: "12125550100" };
  expect(() => notification(options)).toThrow(
    "notification: there is no option form, did you mean from?",
  );
  expect(() => onPremises(options)).toThrow(
    "onPremises: there is no option form, did you mean from?",
  );
  expect(() => onPremises({ wabaId: "1" } as object)).toThrow("there is no option wabaId");
});
