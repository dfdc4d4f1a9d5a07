import { signal, useSignalEffect } from "@preact/signals";
import type { Verdict } from "../../src/verdict.ts";
import { fetchVerdict } from "./api.ts";
import { Plot } from "./plot.tsx";
import { answers, deliveries } from "./store.ts";
import { duration } from "./time.ts";

const verdict = signal<Verdict | undefined>(undefined);
const PAUSE_MS = 700;
let isPending = false;

/** What Meta asks for, and how the receiver does. */
export function AnswerTimes() {
  useSignalEffect(() => {
    deliveries.value;
    // The emulator sorts all times for it: not more often than somebody can read.
    if (isPending) return;
    isPending = true;
    setTimeout(async () => {
      isPending = false;
      // Nobody asked for it: it is no notice when it fails, and takes none away when it works.
      verdict.value = await fetchVerdict().catch(() => verdict.value);
    }, PAUSE_MS);
  });
  const told = verdict.value;
  return (
    <section class="panel" aria-labelledby="times-title">
      <h2 id="times-title">Answer times</h2>
      <Plot times={answers.value} label={inWords(told)} />
      <p class="source">
        Meta asks for a median of at most 250 ms, and less than 1 % above 1 s (
        <a
          href="https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput"
          target="_blank"
          rel="noreferrer"
        >
          Throughput
        </a>
        ).
      </p>
      {told !== undefined && told.requests > 0 && <Judgement verdict={told} />}
    </section>
  );
}

function inWords(told: Verdict | undefined): string {
  if (told === undefined || told.answers === 0) return "Plot of answer times: no answers yet";
  const slow = told.demands[1]?.actual ?? 0;
  return (
    `Plot of answer times: ${told.requests} requests, median ${duration(told.answerMs.median)} (limit 250 ms), ` +
    `${percent(slow)} above 1 s (limit 1 %), slowest ${duration(told.answerMs.max)}`
  );
}

function Judgement({ verdict: told }: { readonly verdict: Verdict }) {
  const [median, slow] = told.demands;
  const failures = Object.entries(told.failures);
  const givenUp = told.givenUp - told.givenUpByWeather;
  return (
    <div class="verdict">
      <p class={told.ok ? "good" : told.open ? undefined : "bad"}>
        {/* As a terminal is told: with no answer yet it is neither of the two. */}
        {told.text.split("\n", 1)}
      </p>
      <ul>
        {told.answers > 0 && (
          <>
            <Demand isMet={median?.met ?? true}>median {duration(told.answerMs.median)}</Demand>
            <Demand isMet={slow?.met ?? true}>{percent(slow?.actual ?? 0)} above 1 s</Demand>
          </>
        )}
        {!told.open && (
          <Demand isMet={failures.length === 0}>
            {failures.length === 0
              ? "every answer was 200"
              : `not 200: ${failures.map(([kind, count]) => `${kind} × ${count}`).join(", ")}`}
          </Demand>
        )}
        {givenUp > 0 && <Demand isMet={false}>{givenUp} given up</Demand>}
      </ul>
      <p class="counts">
        {told.requests} requests, {told.retries} retries
        {told.weather > 0 && `, ${told.weather} broken by the weather`}
        {told.givenUpByWeather > 0 && `, ${told.givenUpByWeather} given up because of it`}
        {told.discarded > 0 && `, ${told.discarded} for nobody`}
      </p>
      {told.hints.map((hint) => (
        <p key={hint} class="hint">
          {hint}
        </p>
      ))}
    </div>
  );
}

function Demand({
  isMet,
  children,
}: {
  readonly isMet: boolean;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <li class={isMet ? "met" : "missed"}>
      <span class="unseen">{isMet ? "Met: " : "Not met: "}</span>
      {children}
    </li>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}
