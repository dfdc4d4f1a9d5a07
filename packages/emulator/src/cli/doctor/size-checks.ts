import type { Answer } from "../../delivery/post.ts";
import { toCloudJson } from "../../json.ts";
import { answerWord } from "../answer-hint.ts";
import type { Examination } from "./examination.ts";
import { cloudBody, messagesChange, textBody, textMessage, unitsOf } from "./made-bodies.ts";
import { isRefusal, isTaken, judgeSigned } from "./signature-checks.ts";

/** The longest text of a message, and how many of them make about 3 MB, the most that Meta sends. */
const TEXT_LENGTH = 4096;
const MOST_MESSAGES = 700;

/** A notification as large as they get, and one that takes its time. */
export async function checkSizes(examination: Examination): Promise<void> {
  await checkLarge(examination);
  await checkSlow(examination);
}

async function checkLarge(examination: Examination): Promise<void> {
  const check = "large: 700 messages, 3 MB";
  const { json, bytes } = largeBody(examination, MOST_MESSAGES);
  const units = unitsOf(json);
  examination.ledger.sent(units);
  let answer = await examination.post(bytes);
  // A receiver may close a connection that it kept just when it is used again: only who does it twice means it.
  if (answer.failure === "connection") answer = await examination.post(bytes);
  if (answer.status === 200) {
    examination.ledger.accepted(units, "receiver");
    return examination.ok(check, answer);
  }
  if (!(await isLimit(examination, answer))) return judgeSigned(examination, check, bytes, answer);
  const most = await mostTaken(examination);
  examination.broken(check, "body_limit", answer, `${answerWord(answer)}, ${most}`);
}

/** A server that refuses a large body often closes the connection while it is still on its way. */
async function isLimit(examination: Examination, { status, failure }: Answer): Promise<boolean> {
  if (failure !== "connection") return status !== undefined && [400, 413, 500].includes(status);
  const isAlive = await examination.isAlive();
  examination.isBack();
  return isAlive;
}

/** How much it does take, so that the limit can be found in the code. */
async function mostTaken(examination: Examination): Promise<string> {
  let most = 0;
  for (const messages of [10, 20, 50, 200, 400]) {
    const { bytes } = largeBody(examination, messages);
    const { status } = await examination.post(bytes);
    if (status === undefined || status >= 300)
      return `${most === 0 ? "" : `${kilobytes(most)} are taken, `}${kilobytes(bytes.length)} are not`;
    most = bytes.length;
  }
  return `${kilobytes(most)} are taken`;
}

function largeBody({ ids }: Examination, messages: number) {
  const text = "A long message. ".repeat(TEXT_LENGTH / 16);
  const json = cloudBody([
    messagesChange(Array.from({ length: messages }, () => textMessage(ids, text))),
  ]);
  return { json, bytes: Buffer.from(toCloudJson(json)) };
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}

/** In eight pieces, most of which end within a character. */
async function checkSlow(examination: Examination): Promise<void> {
  const check = "slow upload, characters cut in two";
  const json = textBody(examination.ids, "🌱".repeat(400));
  const body = Buffer.from(JSON.stringify(json));
  const answer = await examination.post(body, { slowly: { pieces: 8, pauseMs: 60 } });
  if (!isRefusal(answer)) {
    if (answer.failure === "timeout" || answer.status === 408 || answer.status === 400)
      return examination.broken(check, "slow_upload", answer);
    return judgeSigned(examination, check, body, answer);
  }
  // In one piece it is another matter.
  const whole = await examination.post(body);
  if (isTaken(whole.status))
    examination.broken(
      check,
      "signature_over_decoded_text",
      answer,
      "each piece decoded by itself",
    );
  else await judgeSigned(examination, check, body, answer);
}
