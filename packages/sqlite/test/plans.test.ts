import { expect, test } from "vitest";
import { DUE, FREE, FREE_RECORDS, FREE_SIZES, MAKE_DUE, TAKE } from "../src/claim.ts";
import { SEQ_OF } from "../src/commit.ts";
import { HELD_BY, NEXT_OWNER } from "../src/leases.ts";
import { OLDEST } from "../src/stats.ts";
import { appendAll, look, newPath, openStore } from "./support/files.ts";

/** How SQLite goes about it: a statement that is asked often must not look at rows that it does not want. */
test.each([
  ["FREE", FREE, ["SCAN records USING INDEX records_free"]],
  ["FREE_SIZES", FREE_SIZES, ["SCAN records USING INDEX records_free"]],
  ["FREE_RECORDS", FREE_RECORDS, ["SCAN records USING INDEX records_free"]],
  ["TAKE", TAKE, ["SEARCH records USING INDEX records_free (seq>? AND seq<?)"]],
  ["DUE", DUE, ["SEARCH records USING COVERING INDEX records_due (due_tick<?)"]],
  [
    "MAKE_DUE",
    MAKE_DUE,
    [
      "SEARCH records USING INTEGER PRIMARY KEY (rowid=?)",
      "LIST SUBQUERY 1",
      "SEARCH records USING COVERING INDEX records_due (due_tick<?)",
    ],
  ],
  ["HELD_BY", HELD_BY, ["SEARCH records USING COVERING INDEX records_held (owner=?)"]],
  ["NEXT_OWNER", NEXT_OWNER, ["SEARCH records USING COVERING INDEX records_held (owner>?)"]],
  ["SEQ_OF", SEQ_OF, ["SEARCH records USING COVERING INDEX sqlite_autoindex_records_1 (id=?)"]],
  // The first row of the table, no more of it.
  ["OLDEST", OLDEST, ["SCAN records"]],
])("%s goes by its index", async (_, sql, expected) => {
  const path = newPath();
  await appendAll(openStore(path), ["a"]);
  const plan = (await look(path)).rows(`EXPLAIN QUERY PLAN ${sql}`);
  // Some versions of SQLite ask such a filter before a lookup.
  const steps = plan.map(({ detail }) => detail).filter((step) => step !== "CREATE BLOOM FILTER");
  expect(steps).toEqual(expected);
});
