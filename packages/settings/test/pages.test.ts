import { describe, expect, test } from "vitest";
import { ACCOUNT, APP, appId, cloud, useGraph, wabaId } from "./support/cloud.ts";
import { errorFrom } from "./support/on-premises.ts";

const graph = useGraph();
const GET = `GET ${ACCOUNT}`;
const appOf = (id: string): object => ({ whatsapp_business_api_data: { id } });
const cursorsOf = (call: string) => graph.of(call).map(({ query }) => query.get("after"));

/** A page of a list that goes on, with a `next` that leads elsewhere. */
function page(data: readonly object[], after: string): { body: object } {
  const next = `https://elsewhere.example.com${ACCOUNT}?access_token=word&after=${after}`;
  return { body: { data, paging: { cursors: { before: "b", after }, next } } };
}
const lastPage = (data: readonly object[]) => ({
  body: { data, paging: { cursors: { before: "b", after: "end" } } },
});

describe("a list in pages", () => {
  test("is read to its end, from where the first page came", async () => {
    graph.answer(GET, page([appOf("1")], "c1"), page([appOf("2")], "c/2="), lastPage([appOf("3")]));
    const apps = await cloud(graph).accounts.subscribedApps(wabaId);
    expect(apps.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(cursorsOf(GET)).toEqual([null, "c1", "c/2="]);
    expect(graph.requests.at(-1)?.headers.authorization).toBe(`Bearer ${appId}|app-secret`);
  });

  test("of an app's subscriptions, too", async () => {
    const objects = ["page", "user"].map((object) => ({ object, fields: [] }));
    graph.answer(`GET ${APP}`, page(objects.slice(0, 1), "c1"), lastPage(objects.slice(1)));
    expect(await cloud(graph).apps.subscriptions(appId)).toEqual(objects);
    expect(cursorsOf(`GET ${APP}`)).toEqual([null, "c1"]);
  });

  test("without cursors goes on by that of next, and never to its host", async () => {
    const next = "https://elsewhere.example.com/?after=c1";
    graph.answer(GET, { body: { data: [appOf("1")], paging: { next } } }, lastPage([appOf("2")]));
    expect(await cloud(graph).accounts.subscribedApps(wabaId)).toHaveLength(2);
    expect(cursorsOf(GET)).toEqual([null, "c1"]);
  });

  test("is tried again page by page", async () => {
    graph.answer(GET, page([appOf("1")], "c1"), { status: 500 }, lastPage([appOf("2")]));
    expect(await cloud(graph).accounts.subscribedApps(wabaId)).toHaveLength(2);
    expect(cursorsOf(GET)).toEqual([null, "c1", "c1"]);
  });
});

describe("a list that does not end is an error, not a part of it", () => {
  test.each([
    ["the same page over and over", page([], "c1"), 2],
    ["a next without a cursor", { body: { data: [], paging: { next: "more" } } }, 1],
  ])("%s", async (_, answer, requests) => {
    graph.answer(GET, answer);
    const error = await errorFrom(cloud(graph).accounts.subscribedApps(wabaId));
    expect(error).toMatchObject({ code: "answer_unreadable", status: 200 });
    expect(error.message).toContain("GET /{waba-id}/subscribed_apps");
    expect(graph.requests).toHaveLength(requests);
  });

  test("ever new pages", async () => {
    graph.answer(GET, () => page([appOf("1")], String(graph.requests.length)));
    const error = await errorFrom(cloud(graph).accounts.subscribedApps(wabaId));
    expect(error).toMatchObject({ code: "answer_unreadable" });
    expect(error.message).toContain("more than 100 pages");
    expect(graph.requests).toHaveLength(100);
  });
});
