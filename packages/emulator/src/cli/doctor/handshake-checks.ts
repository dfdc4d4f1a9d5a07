import type { Answer } from "../../delivery/post.ts";
import { answerWord, isOtherProtocol, withoutQuery } from "../answer-hint.ts";
import { type Examination, Over } from "./examination.ts";
import type { Fault } from "./faults.ts";

/** The handshake with the right token and with a wrong one. Throws `Over` when nothing answers at all. */
export async function checkHandshake(examination: Examination): Promise<void> {
  const { verifyToken } = examination.patient;
  const challenge = examination.ids.digits(10);
  const right = await examination.handshake(verifyToken, challenge);
  const fault = faultOf(right, challenge);
  const check = "handshake with the verify token";
  if (fault === undefined) examination.ok(check, right);
  else examination.broken(check, fault, right, seenOf(right, fault));
  if (fault === "unreachable") throw new Over("nothing answers there");
  if (fault === "certificate" || fault === "other_protocol")
    throw new Over("no connection comes about");
  if (fault === "redirect") throw new Over("the callback URL is somewhere else");

  await checkLongChallenge(examination, fault !== undefined);

  // As long as the right one, so that its length tells nothing.
  const wrongToken = verifyToken.replace(/.$/su, (last) => (last === "x" ? "y" : "x"));
  const other = examination.ids.digits(10);
  const wrong = await examination.handshake(wrongToken, other);
  const isOpen = wrong.status === 200 && wrong.body.includes(other);
  const wrongCheck = "handshake with a wrong token";
  if (isOpen) examination.broken(wrongCheck, "any_token_accepted", wrong);
  else if (wrong.status !== undefined && wrong.status >= 500)
    examination.broken(wrongCheck, "server_error", wrong);
  else if (wrong.failure !== undefined)
    examination.broken(
      wrongCheck,
      wrong.failure === "timeout" ? "no_answer" : "process_ended",
      wrong,
    );
  else examination.ok(wrongCheck, wrong);
}

/** More digits than a number holds, and a zero in front: what is sent back must be the text. */
async function checkLongChallenge(examination: Examination, isHopeless: boolean): Promise<void> {
  if (isHopeless) return;
  const challenge = `0${examination.ids.digits(19)}`;
  const answer = await examination.handshake(examination.patient.verifyToken, challenge);
  const check = "challenge echoed exactly, as text";
  if (answer.status === 200 && answer.body === challenge) examination.ok(check, answer);
  else
    examination.broken(
      check,
      "challenge_changed",
      answer,
      answer.status === 200 ? "a long challenge comes back changed" : answerWord(answer),
    );
}

function faultOf(answer: Answer, challenge: string): Fault | undefined {
  const { status, failure, body } = answer;
  if (failure === "tls") return "certificate";
  if (failure === "timeout") return "no_answer";
  if (isOtherProtocol(answer)) return "other_protocol";
  if (failure !== undefined || status === undefined) return "unreachable";
  if (status >= 300 && status < 400) return "redirect";
  if (status === 404) return "no_route";
  if (status === 405) return "wrong_method";
  if (status === 400 || status === 401 || status === 403) return "token_refused";
  if (status >= 500) return "server_error";
  if (isJsonOf(body, challenge)) return "challenge_as_json";
  if (body !== challenge) return "challenge_changed";
  return status === 200 ? undefined : "handshake_status";
}

/** The challenge in quotes, or somewhere in an object or list. */
function isJsonOf(body: string, challenge: string): boolean {
  if (body.trim() === challenge || !body.includes(challenge)) return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function seenOf(answer: Answer, fault: Fault): string {
  if (fault === "redirect")
    return `${answerWord(answer)} to ${withoutQuery(answer.location ?? "somewhere else")}`;
  if (fault === "challenge_changed") {
    const { body } = answer;
    if (body === "") return "an empty answer";
    if (/^\s*</.test(body)) return "a web page";
    return body.trim() === "" || /^\s|\s$/.test(body) ? "white space around it" : "another text";
  }
  return answerWord(answer);
}
