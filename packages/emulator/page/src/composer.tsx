import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Attach } from "./attach.tsx";
import { summary } from "./message-summary.ts";
import { current } from "./people.ts";
import { answering, write } from "./writing.ts";

const LONGEST_TEXT = 4096;

/** Where a message is written. Enter sends, Shift and Enter begin a new line. */
export function Composer() {
  const text = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  const answered = answering.value;
  useEffect(() => {
    if (answered !== undefined) box.current?.focus();
  }, [answered]);
  const options = answered === undefined ? {} : { replyTo: answered.id };
  const done = (): void => {
    text.value = "";
    answering.value = undefined;
    box.current?.focus();
  };
  const submit = async (): Promise<void> => {
    const body = text.value.trim();
    if (body !== "" && (await write({ text: body, ...options }))) done();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {answered !== undefined && (
        <p class="answering">
          <span>Reply to: {summary(answered)}</span>
          <button type="button" class="icon" onClick={() => (answering.value = undefined)}>
            <span aria-hidden="true">×</span>
            <span class="unseen">Do not reply to it</span>
          </button>
        </p>
      )}
      <Attach
        caption={text.value.trim()}
        send={async (writing) => {
          if (await write({ ...writing, ...options })) done();
        }}
      />
      <textarea
        ref={box}
        rows={1}
        maxLength={LONGEST_TEXT}
        aria-label={`Message as ${current.value.name}`}
        placeholder="Message"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void submit();
        }}
      />
      <button type="submit" class="send" aria-label="Send">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M3 11.5 21 3l-6 18-4-7z" />
        </svg>
      </button>
    </form>
  );
}
