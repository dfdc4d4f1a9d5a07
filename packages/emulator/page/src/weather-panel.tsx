import type { Weather } from "../../src/delivery/weather.ts";
import { attempt, setReach, setWeather } from "./api.ts";
import { state } from "./store.ts";

const shares = [
  ["duplicates", "Duplicates", "Sent once more, although nothing went wrong."],
  ["reordering", "Reordering", "Held back, so that later ones overtake."],
  ["lostAnswers", "Lost answers", "Handled, but the platform does not hear of it."],
  ["cutBeforeAnswer", "Cut before the answer", "The connection breaks when all is sent."],
  ["cutUploads", "Cut uploads", "The connection breaks within the body."],
  ["slowUploads", "Slow uploads", "The body comes in pieces."],
] as const;

/** What a switch sets; the slider beside it changes it. */
const USUAL_SHARE = 0.3;

const storm: Weather = {
  duplicates: 0.3,
  reordering: 0.3,
  lostAnswers: 0.2,
  cutBeforeAnswer: 0.2,
  cutUploads: 0.1,
  slowUploads: 0.2,
  batchItems: 10,
};

const fates = {
  read: "are read",
  delivered: "are delivered",
  sent: "are sent, no more",
  failed: "fail",
};

/** Bad days at will. */
export function WeatherPanel() {
  const told = state.value;
  if (told === undefined) return null;
  const { weather, statuses } = told;
  const change = (part: Weather): void => void attempt(() => setWeather({ ...weather, ...part }));
  return (
    <section class="panel" aria-labelledby="weather-title">
      <h2 id="weather-title">Weather</h2>
      <p class="presets">
        <button type="button" class="plain" onClick={() => void attempt(() => setWeather({}))}>
          Calm
        </button>
        <button type="button" class="plain" onClick={() => void attempt(() => setWeather(storm))}>
          Storm
        </button>
      </p>
      <ul class="switches">
        {shares.map(([name, label, what]) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                role="switch"
                checked={weather[name] > 0}
                aria-checked={weather[name] > 0}
                onChange={(event) =>
                  change({ [name]: event.currentTarget.checked ? USUAL_SHARE : 0 })
                }
              />
              <span>
                {label}
                <small>{what}</small>
              </span>
            </label>
            {weather[name] > 0 && (
              <Share
                label={label}
                value={weather[name]}
                set={(value) => change({ [name]: value })}
              />
            )}
          </li>
        ))}
      </ul>
      <p class="field row">
        <label for="batch">Events in a body, at most</label>
        <select
          id="batch"
          value={weather.batchItems}
          onChange={(event) => change({ batchItems: Number(event.currentTarget.value) })}
        >
          {[...new Set([1, 10, 100, 1000, weather.batchItems])].map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </p>
      <p class="field row">
        <label for="reach">Messages of the business</label>
        <select
          id="reach"
          value={statuses.reach}
          onChange={(event) => {
            const reach = event.currentTarget.value;
            void attempt(() => setReach(reach));
          }}
        >
          {statuses.reach === "for each message" && <option>for each message</option>}
          {Object.entries(fates).map(([fate, label]) => (
            <option key={fate} value={fate}>
              {label}
            </option>
          ))}
        </select>
      </p>
    </section>
  );
}

function Share({
  label,
  value,
  set,
}: {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
}) {
  const percent = Math.round(value * 100);
  return (
    <span class="share">
      <input
        type="range"
        min="5"
        max="100"
        step="5"
        value={percent}
        aria-label={`${label}, share`}
        aria-valuetext={`${percent} %`}
        onChange={(event) => set(Number(event.currentTarget.value) / 100)}
      />
      <output>{percent} %</output>
    </span>
  );
}
