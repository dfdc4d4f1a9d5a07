import { signal } from "@preact/signals";

/** What went wrong last with something that was asked for; shown until the next thing works. */
export const notice = signal<string | undefined>(undefined);

/** What screen readers are told, one thing at a time. */
const said = signal("");
let waiting: string | undefined;
let isQuiet = true;

const PAUSE_MS = 1500;

/** Tells screen readers. Of what comes in quick succession, the last is told. */
export function announce(text: string): void {
  if (!isQuiet) {
    waiting = text;
    return;
  }
  said.value = text;
  isQuiet = false;
  setTimeout(() => {
    isQuiet = true;
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) announce(next);
  }, PAUSE_MS);
}

export function Announcer() {
  return (
    <>
      <p class="unseen" role="status">
        {said}
      </p>
      <Notice />
    </>
  );
}

function Notice() {
  const text = notice.value;
  return (
    <div role="alert">
      {text !== undefined && (
        <p class="notice">
          {text}
          <button type="button" class="plain" onClick={() => (notice.value = undefined)}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
