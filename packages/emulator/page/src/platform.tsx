import { AnswerTimes } from "./answer-times.tsx";
import { ReceiverPanel } from "./receiver-panel.tsx";
import { WeatherPanel } from "./weather-panel.tsx";

/** The platform's own affairs: how fast it is answered, whom it tells, and in what weather. */
export function Platform() {
  return (
    <section class="platform" aria-label="Platform">
      <AnswerTimes />
      <WeatherPanel />
      <ReceiverPanel />
    </section>
  );
}
