import type { Command } from "commander";
import { authoritiesOption, readAuthorities, targetOf, timeoutOption } from "./option-values.ts";
import {
  addSecrets,
  appSecret,
  authorization,
  needSecret,
  readSecret,
  secretsHelp,
} from "./secrets.ts";
import { createSender, type Sender, type SendOptions } from "./sender.ts";

/** What the commands that post bodies to a receiver are given. */
export interface SendingOptions {
  readonly to?: URL;
  readonly timeout: number;
  readonly caFile?: string;
}

/** Of the end of their help. */
export const SENDING_HELP = secretsHelp(appSecret, authorization);

/** Adds what a body is sent with: a secret or a header, patience, authorities. `--to` stands further up in their help. */
export function addSendingOptions(command: Command): Command {
  return addSecrets(command, appSecret, authorization)
    .addOption(timeoutOption("timeout", "how long to wait for an answer"))
    .addOption(authoritiesOption());
}

/** Opens connections when it first posts. */
export function senderFrom({ to, timeout, caFile }: SendingOptions): Sender {
  return createSender(targetOf(to), timeout, readAuthorities(caFile));
}

/** What shows where a body comes from: a signature, or for On-Premises bodies a header, if there is one. */
export function proofFor(isOnPremises: boolean, options: SendingOptions): SendOptions {
  return isOnPremises
    ? { authorization: readSecret(options, authorization) }
    : { secret: needSecret(options, appSecret) };
}
