// Time to the 200 while handlers wait or burn CPU, beside the same server with handlers that do neither.
import { median, short, spread } from "../figures.ts";
import type { Behaviour } from "../messages.ts";
import { type Answer, type Arrivals, latencyOf, sendOpenLoop } from "../open-loop.ts";
import { RequestMaker } from "../requests.ts";
import type { Latency, StressResult } from "../results.ts";
import type { Run } from "../run.ts";
import type { Subject } from "../subject.ts";

/** When requests come, for handlers that do this. */
export const scenarios: Readonly<
  Record<StressResult["scenario"], { readonly perSecond: number; readonly burst: number }>
> = {
  sleep: { perSecond: 1_000, burst: 10 },
  burn: { perSecond: 200, burst: 20 },
};

const SUBJECTS = ["node:http, ours, memory", "node:http, ours, sqlite", "Express, ours, sqlite"];
const ROUND_SECONDS = 3;
const WARMUP_SECONDS = 2;

/** Rounds with and without handlers, in turn. */
export async function measureStress(
  run: Run,
  onResult: (results: StressResult) => void,
  roundSeconds = ROUND_SECONDS,
): Promise<void> {
  for (const name of SUBJECTS.filter((subject) => run.wants(subject))) {
    for (const scenario of Object.keys(scenarios) as (keyof typeof scenarios)[]) {
      const arrivals = { ...scenarios[scenario], seconds: roundSeconds };
      const calm = new Server(await run.start(name), "quick");
      const stressed = new Server(await run.start(name), scenario);
      const rounds: { readonly calm: Latency; readonly stressed: Latency }[] = [];
      for (const server of [calm, stressed]) await server.warmUp(arrivals);
      for (let round = 0; round < run.options.rounds; round++) {
        const order = round % 2 === 0 ? [calm, stressed] : [stressed, calm];
        const seen = new Map<Server, Latency>();
        for (const server of order) seen.set(server, latencyOf(await server.round(arrivals)));
        rounds.push({
          calm: seen.get(calm) as Latency,
          stressed: seen.get(stressed) as Latency,
        });
      }
      await run.stopAll();
      const result: StressResult = {
        subject: name,
        scenario,
        rounds: rounds.length,
        without: middleOf(rounds.map((round) => round.calm)),
        with: middleOf(rounds.map((round) => round.stressed)),
        p50Ratio: spread(rounds.map((round) => round.stressed.p50Ms / round.calm.p50Ms)),
        p99Ratio: spread(rounds.map((round) => round.stressed.p99Ms / round.calm.p99Ms)),
      };
      run.say(
        `${name}, handlers ${scenario}: p50 ${result.with.p50Ms} ms (${result.p50Ratio.median}), ` +
          `p99 ${result.with.p99Ms} ms (${result.p99Ratio.median})`,
      );
      onResult(result);
    }
  }
}

/** Medians of the rounds' figures; what was refused in all of them. */
export function middleOf(rounds: readonly Latency[]): Latency {
  const middle = (key: keyof Latency): number => short(median(rounds.map((round) => round[key])));
  return {
    p50Ms: middle("p50Ms"),
    p99Ms: middle("p99Ms"),
    longestMs: middle("longestMs"),
    notOk: rounds.reduce((sum, { notOk }) => sum + notOk, 0),
  };
}

/** A server with handlers of one behaviour, and the number of its next request. */
class Server {
  readonly #subject: Subject;
  readonly #behaviour: Behaviour;
  readonly #maker = new RequestMaker({ sender: "whatsapp", bytes: 1_024, items: 1 });
  #next = 0;

  constructor(subject: Subject, behaviour: Behaviour) {
    this.#subject = subject;
    this.#behaviour = behaviour;
  }

  async warmUp(arrivals: Arrivals): Promise<void> {
    await this.#send({ ...arrivals, perSecond: 2_000, burst: 10, seconds: WARMUP_SECONDS });
    await this.#subject.ask({ handlers: this.#behaviour });
  }

  async round(arrivals: Arrivals): Promise<readonly Answer[]> {
    const answers = await this.#send(arrivals);
    // Handlers that wait go on waiting, ever more of them. What burns has to be over, or the other server would feel it.
    if (this.#behaviour === "burn") await this.#subject.handled(answers.length);
    return answers;
  }

  async #send(arrivals: Arrivals): Promise<readonly Answer[]> {
    await this.#subject.ask();
    const answers = await sendOpenLoop(this.#subject.port, this.#maker, this.#next, arrivals);
    this.#next += answers.length;
    return answers;
  }
}
