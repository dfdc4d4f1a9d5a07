import type { DeadLetter, Inbox } from "@whatsapp-webhooks/core";

const PAGE = 100;

/**
 * Has dead letters handled again, as far as `choose` says so: after a handler was mended, or a service came back. Events
 * that were handled do not come again; one that was not comes to all its handlers. Returns how many notifications there were.
 */
export async function replayDeadLetters(
  { deadLetters }: Inbox,
  choose: (letter: DeadLetter) => boolean,
): Promise<number> {
  if (deadLetters === undefined) throw new Error("This inbox keeps no dead letters.");
  let replayed = 0;
  let after = 0;
  for (;;) {
    const page = await deadLetters.list({ after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return replayed;
    // Read on behind it: what fails again becomes a dead letter anew, at the end.
    after = last.position;
    const chosen = page.filter(choose).map(({ id }) => id);
    if (chosen.length > 0) replayed += await deadLetters.replay(chosen);
  }
}
