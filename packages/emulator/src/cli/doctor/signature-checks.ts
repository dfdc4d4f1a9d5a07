import type { Answer } from "../../delivery/post.ts";
import { toCloudJson } from "../../json.ts";
import { answerWord, withoutQuery } from "../answer-hint.ts";
import { type Examination, Over } from "./examination.ts";
import type { Fault } from "./faults.ts";
import { textBody, unitsOf } from "./made-bodies.ts";
import { variants } from "./signature-variants.ts";

/** Signed bodies are taken, whatever is in them; unsigned and forged ones are not. */
export async function checkSignatures(examination: Examination): Promise<void> {
  await checkPlain(examination);
  const { ids } = examination;
  const text = "Grüße aus Zürich é/è 🌱";
  await checkSigned(examination, "signed: escaped unicode, \\u00e9 and \\/", (id) =>
    toCloudJson(textBody(id, text)),
  );
  await checkSigned(examination, "signed: raw UTF-8", (id) => JSON.stringify(textBody(id, text)));
  const body = Buffer.from(toCloudJson(textBody(ids, "This is not signed")));
  await checkRefused(examination, "unsigned request refused", "unsigned_accepted", () =>
    examination.post(body, { secret: undefined }),
  );
  const other = Buffer.from(toCloudJson(textBody(ids, "This is forged")));
  await checkRefused(examination, "forged request refused", "forged_accepted", () =>
    examination.post(other, { signedOver: Buffer.from(`${other} `) }),
  );
}

/** Nothing to escape, and nothing that a rewriting would change: if this is refused, it is the secret. */
async function checkPlain(examination: Examination): Promise<void> {
  const check = "signed: plain ASCII";
  const json = textBody(examination.ids, "Hello");
  const body = Buffer.from(JSON.stringify(json));
  examination.ledger.sent(unitsOf(json));
  const answer = await examination.notify(body);
  if (!mayBeRefusal(answer)) {
    judge(examination, check, answer);
    if (answer.status === 200) examination.ledger.accepted(unitsOf(json), "receiver");
    if (isTaken(answer.status)) return;
    const { status = 500 } = answer;
    if (status < 400 || status === 404 || status === 405)
      throw new Over("no notification is taken");
    return;
  }
  const found = (await tryVariants(examination, body)) ?? (await trySecrets(examination, body));
  if (found?.fault === "signature_over_rewritten_json") {
    examination.broken(check, found.fault, answer, found.how);
    return;
  }
  const fault = found?.fault ?? (await refusalFault(examination, answer));
  examination.broken(check, fault, answer, found?.how);
  throw new Over("no signed request is accepted");
}

/** Some refuse a signature with 400 or 500; then a forged one is answered in the same way. */
async function refusalFault(examination: Examination, answer: Answer): Promise<Fault> {
  if (isRefusal(answer)) return "wrong_secret";
  const body = Buffer.from(JSON.stringify(textBody(examination.ids, "This is forged")));
  const forged = await examination.post(body, { signedOver: Buffer.from(`${body} `) });
  const isSame = forged.status === answer.status && (answer.status ?? 500) < 500;
  return isSame ? "wrong_secret" : (faultOf(answer) ?? "wrong_secret");
}

async function checkSigned(
  examination: Examination,
  check: string,
  make: (ids: Examination["ids"]) => string,
): Promise<void> {
  const body = Buffer.from(make(examination.ids));
  await judgeSigned(examination, check, body, await examination.notify(body));
}

/**
 * The answer to a signed body. Where the signature was refused, finds out what it was compared with; `otherwise` is the fault
 * when something else was.
 */
export async function judgeSigned(
  examination: Examination,
  check: string,
  body: Buffer,
  answer: Answer,
  otherwise?: Fault,
): Promise<void> {
  const found = mayBeRefusal(answer) ? await tryVariants(examination, body) : undefined;
  if (found !== undefined) examination.broken(check, found.fault, answer, found.how);
  else if (isRefusal(answer)) examination.broken(check, "signature_refused", answer);
  else if (otherwise !== undefined && (answer.status ?? 0) >= 400)
    examination.broken(check, otherwise, answer);
  else judge(examination, check, answer);
}

/** What a receiver may answer when the signature does not fit: 401 or 403, and what others make of it. */
function mayBeRefusal({ status = 0 }: Answer): boolean {
  return status >= 400 && ![404, 405, 413].includes(status);
}

interface Cause {
  readonly fault: Fault;
  readonly how: string;
}

/**
 * Signs what a mistaken receiver would take for the body: the signature that it accepts gives it away. A blank at the end
 * tells who writes JSON anew from who only undoes escapes.
 */
async function tryVariants(examination: Examination, body: Buffer): Promise<Cause | undefined> {
  const probe = Buffer.concat([body, Buffer.from(" ")]);
  if (await takesForged(examination, probe)) return undefined;
  for (const { fault, how, of } of variants) {
    const signedOver = of(probe);
    if (probe.equals(signedOver)) continue;
    const { status } = await examination.post(probe, { signedOver });
    if (isTaken(status)) return { fault, how };
  }
  return undefined;
}

/**
 * Whether the body is taken with any signature: what is accepted then tells nothing. So it is where nothing is checked, and
 * where a body that failed once is a known one from then on.
 */
async function takesForged(examination: Examination, body: Buffer): Promise<boolean> {
  const { status } = await examination.post(body, { signedOver: Buffer.from("forged") });
  return isTaken(status);
}

async function trySecrets(examination: Examination, body: Buffer): Promise<Cause | undefined> {
  if (await takesForged(examination, body)) return undefined;
  const { secret, verifyToken } = examination.patient;
  const others: readonly (Cause & { readonly secret: string })[] = [
    { fault: "verify_token_as_secret", how: "signed with the verify token", secret: verifyToken },
    { fault: "empty_secret", how: "signed with an empty secret", secret: "" },
    { fault: "empty_secret", how: 'signed with the secret "undefined"', secret: "undefined" },
    { fault: "secret_with_blanks", how: "a line break behind the secret", secret: `${secret}\n` },
    { fault: "secret_with_blanks", how: "a blank behind the secret", secret: `${secret} ` },
    { fault: "secret_with_blanks", how: "quotes around the secret", secret: `"${secret}"` },
    { fault: "secret_with_blanks", how: "quotes around the secret", secret: `'${secret}'` },
  ];
  for (const { fault, how, secret: other } of others) {
    if (other === secret) continue;
    const { status } = await examination.post(body, { secret: other });
    if (isTaken(status)) return { fault, how };
  }
  return undefined;
}

async function checkRefused(
  examination: Examination,
  check: string,
  fault: Fault,
  send: () => Promise<Answer>,
): Promise<void> {
  const answer = await send();
  if (isTaken(answer.status)) return examination.broken(check, fault, answer);
  if (answer.failure !== undefined) {
    // Closing the connection is a refusal, too, as long as others are still let in.
    if (answer.failure === "connection" && (await examination.isAlive()))
      return examination.ok(check, answer);
    examination.isBack();
    return examination.broken(
      check,
      answer.failure === "timeout" ? "no_answer" : "process_ended",
      answer,
    );
  }
  examination.ok(check, answer);
}

/** Everything but a refused signature. */
function judge(examination: Examination, check: string, answer: Answer): void {
  const fault = faultOf(answer);
  if (fault === undefined) examination.ok(check, answer);
  else examination.broken(check, fault, answer, seenOf(answer));
}

export function faultOf({ status, failure }: Answer): Fault | undefined {
  if (failure === "timeout") return "no_answer";
  if (failure === "tls") return "certificate";
  if (failure !== undefined || status === undefined) return "process_ended";
  if (status === 200) return undefined;
  if (status < 300) return "not_200";
  if (status < 400) return "redirect";
  if (status === 404) return "no_route";
  if (status === 405) return "wrong_method";
  if (status === 413) return "body_limit";
  return status < 500 ? "refused" : "server_error";
}

function seenOf(answer: Answer): string {
  const { location } = answer;
  return location === undefined
    ? answerWord(answer)
    : `${answerWord(answer)} to ${withoutQuery(location)}`;
}

export function isRefusal({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

/** A receiver that answers 201 has taken it, however wrong that is. */
export function isTaken(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
