import { InvalidArgumentError } from "commander";
import { checkWeather, type Weather } from "../delivery/weather.ts";
import { didYouMean } from "./trigger/event-catalogue.ts";

/** The day that the examples call bad: batches, repetitions, wrong order, and answers that get lost. */
const bad: Weather = { batchItems: 20, duplicates: 0.2, reordering: 0.2, lostAnswers: 0.1 };

/** `calm`, `bad`, or `duplicates=0.2,batchItems=20`. */
export function weatherFrom(text: string): Weather {
  if (text === "calm") return {};
  if (text === "bad") return bad;
  const names = Object.keys(checkWeather({}));
  const pairs = text.split(",").map((pair) => {
    const [, name = "", value = ""] = /^(\w+)=([\d.]+)$/.exec(pair.trim()) ?? [];
    if (name === "")
      throw new InvalidArgumentError(
        'It is "calm", "bad", or such as duplicates=0.2,batchItems=20.',
      );
    if (!names.includes(name))
      throw new InvalidArgumentError(
        `There is no weather ${name}${didYouMean(name, names)} There are: ${names.join(", ")}.`,
      );
    return [name, Number(value)];
  });
  try {
    return checkWeather(Object.fromEntries(pairs));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
