import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Ledger } from "../../audit.ts";
import { askToSubscribe } from "../../cloud/handshake.ts";
import { Connections } from "../../delivery/connections.ts";
import type { Answer } from "../../delivery/post.ts";
import { createIds, type Ids } from "../../ids.ts";
import { seededRandom } from "../../random.ts";
import { Court } from "../../verdict.ts";
import { answerWord } from "../answer-hint.ts";
import { createSender, type Sender, type SendOptions } from "../sender.ts";
import type { Fault } from "./faults.ts";

/** What became of one check. */
export interface Finding {
  readonly check: string;
  /** `note`: it works, and is still worth a word. `unchecked`: nothing is known, `seen` says why. */
  readonly state: "ok" | "broken" | "note" | "unchecked";
  readonly fault?: Fault;
  /** What was seen, in a few words. */
  readonly seen?: string;
  readonly status?: number;
  readonly answerMs?: number;
}

/** What doctor is given. */
export interface Patient {
  readonly url: URL;
  readonly secret: string;
  readonly verifyToken: string;
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
  readonly authorities: readonly string[];
}

/** Ends the examination: what comes after could not be told apart from what is found already. */
export class Over extends Error {
  readonly why: string;

  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

/** How long a receiver that ended may take to come back, where something starts it again. */
const RETURN_MS = 3000;

/** Sends requests to one receiver, and writes down what is found. */
export class Examination {
  readonly patient: Patient;
  readonly findings: Finding[] = [];
  /** What was sent and taken, to be compared with what was handled. */
  readonly ledger = new Ledger();
  /** Judges the time of answers. */
  readonly court = new Court("doctor");
  readonly ids: Ids = createIds(seededRandom(randomBytes(16).toString("hex")), 1);
  readonly #sender: Sender;
  readonly #connections = new Connections();
  readonly #hear: (finding: Finding) => void;
  #isGone = false;

  constructor(patient: Patient, hear: (finding: Finding) => void) {
    this.patient = patient;
    this.#hear = hear;
    this.#sender = createSender(patient.url, patient.timeoutMs, patient.authorities);
  }

  find(finding: Finding): void {
    this.findings.push(finding);
    this.#hear(finding);
  }

  /** A check whose answer is as it should be. */
  ok(check: string, answer: Answer): void {
    this.find({ check, state: "ok", ...measured(answer) });
  }

  broken(check: string, fault: Fault, answer: Answer, seen = answerWord(answer)): void {
    this.find({ check, state: "broken", fault, seen, ...measured(answer) });
  }

  handshake(verifyToken: string, challenge: string): Promise<Answer> {
    const { url, authorities, timeoutMs } = this.patient;
    const agent = this.#connections.agentFor(url, authorities);
    return askToSubscribe({ url, verifyToken, challenge, agent, timeoutMs });
  }

  /** A body, signed with the right secret unless something else is said. */
  post(body: Uint8Array, options: SendOptions = {}): Promise<Answer> {
    const isSigned = !("secret" in options) && options.authorization === undefined;
    return this.#sender.post(
      body,
      isSigned ? { ...options, secret: this.patient.secret } : options,
    );
  }

  /** The same, for an ordinary notification: its time counts. */
  async notify(body: Uint8Array): Promise<Answer> {
    const answer = await this.post(body);
    const { status, failure, code, answerMs } = answer;
    this.court.attempted(
      {
        at: Date.now(),
        number: 1,
        url: "",
        headers: {},
        answerMs,
        ...(status !== undefined && { status }),
        ...(failure !== undefined && { failure }),
        ...(code !== undefined && { code }),
      },
      body.toString(),
    );
    return answer;
  }

  /** Whether somebody still listens. If not, waits a little for who starts it again. */
  async isAlive(): Promise<boolean> {
    const end = Date.now() + RETURN_MS;
    for (;;) {
      const { failure } = await this.handshake(this.patient.verifyToken, this.ids.digits(10));
      if (failure !== "connection") return !this.#isGone;
      this.#isGone = true;
      if (Date.now() > end) throw new Over("the receiver is gone");
      await wait(200);
    }
  }

  /** After a receiver that ended has come back: the next end is a new one. */
  isBack(): void {
    this.#isGone = false;
  }

  close(): void {
    this.#sender.close();
    this.#connections.close();
  }
}

export function measured({ status, answerMs }: Answer): Pick<Finding, "status" | "answerMs"> {
  return { ...(status !== undefined && { status }), answerMs: Math.round(answerMs) };
}
