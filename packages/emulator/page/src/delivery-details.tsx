import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { breakages } from "../../src/delivery/breakage.ts";
import type { Attempt } from "../../src/delivery/journal.ts";
import type { DeliveryView } from "../../src/server/looks.ts";
import { fetchBody, messageOf } from "./api.ts";
import { JsonView } from "./json-view.tsx";
import { clockTimeWithSeconds, duration } from "./time.ts";

/** A delivery unfolded: every attempt, the headers, the body. */
export function DeliveryDetails({ delivery }: { readonly delivery: DeliveryView }) {
  const { attempts, attemptCount, bodyBytes } = delivery;
  const last = attempts.at(-1);
  return (
    <div class="details">
      {last !== undefined && <p class="url">POST {last.url}</p>}
      {attempts.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">At</th>
              <th scope="col">Answer</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <tr key={attempt.number}>
                <td>{attempt.number}</td>
                <td>{clockTimeWithSeconds(attempt.at)}</td>
                <td>{answerOf(attempt)}</td>
                <td>{duration(attempt.answerMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {attemptCount > attempts.length && <p>Only the newest {attempts.length} are shown.</p>}
      {last !== undefined && <Headers headers={last.headers} />}
      <Body delivery={delivery} />
      <p class="size">{bodyBytes.toLocaleString()} bytes as sent</p>
    </div>
  );
}

function answerOf({ status, failure, code, weather }: Attempt): string {
  return [status, failure, code, weather && `(${breakages[weather]})`]
    .filter((part) => part !== undefined)
    .join(" ");
}

function Headers({ headers }: Pick<Attempt, "headers">) {
  return (
    <details class="headers">
      <summary>Headers</summary>
      <dl>
        {Object.entries(headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Long bodies come when they are asked for. */
function Body({ delivery }: { readonly delivery: DeliveryView }) {
  const text = useSignal(delivery.body);
  const fault = useSignal<string | undefined>(undefined);
  useEffect(() => {
    if (text.value !== undefined) return;
    fetchBody(delivery).then(
      (body) => (text.value = body),
      (error: unknown) => (fault.value = messageOf(error)),
    );
  }, []);
  if (fault.value !== undefined) return <p class="fault">{fault}</p>;
  if (text.value === undefined) return <p>Fetching the body …</p>;
  return <JsonView value={JSON.parse(text.value)} name="body" isOpen />;
}
