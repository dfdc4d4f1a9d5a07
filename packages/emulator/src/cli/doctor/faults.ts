/** What can be wrong with a receiver: in words for whoever has to mend it. */
interface Explanation {
  readonly wrong: string;
  readonly mend: string;
}

const RAW_BYTES =
  "Compute the HMAC over the request's bytes as they came, before any JSON parser or string gets them: express.raw(), or a parser's `verify` hook.";

export const faults = {
  unreachable: {
    wrong: "No request arrives there.",
    mend: "Start the receiver, and check host and port. Meta needs a public HTTPS address: a tunnel does for a try.",
  },
  other_protocol: {
    wrong: "Something answers there, but does not speak the protocol of the URL.",
    mend: "Compare https:// and http:// with what the receiver listens for, and check the port. Where a proxy does TLS, give the proxy's address.",
  },
  certificate: {
    wrong: "The certificate does not check out, so Meta would not connect.",
    mend: "Use a certificate of a public authority, send the intermediate certificates along, and check name and dates. Meta takes no self-signed one. For a private one here: --ca-file. With EPROTO the receiver broke the TLS handshake off: it has no certificate for this name, no TLS 1.2 or newer, or wants a certificate of the client.",
  },
  no_answer: {
    wrong: "No answer came in time.",
    mend: "Answer at once, and do the work afterwards.",
  },
  redirect: {
    wrong: "It answers with a redirect, which Meta does not follow.",
    mend: "Use the URL where the redirect ends as callback URL: mind the slash at the end, https, and www.",
  },
  no_route: {
    wrong: "There is no such path (404).",
    mend: "The callback URL needs the whole path of the receiver's route, such as /webhooks/whatsapp. It takes GET and POST.",
  },
  wrong_method: {
    wrong: "The path is there, but not for this method (405).",
    mend: "Register the path for GET (the handshake) and for POST (the notifications).",
  },
  token_refused: {
    wrong: "The handshake is refused although the verify token should be right.",
    mend: "Compare the token with the receiver's, without blanks and quotes around it. The parameters are hub.mode, hub.verify_token and hub.challenge, with a dot in the name.",
  },
  challenge_as_json: {
    wrong: "The challenge comes back as JSON, and Meta wants it as it was sent.",
    mend: "Send the text of hub.challenge alone: res.send(challenge) instead of res.json(challenge), without quotes or an object around it.",
  },
  challenge_changed: {
    wrong: "The answer to the handshake is not the challenge.",
    mend: "Answer 200 with the text of hub.challenge and nothing else: no page, no line break, no number made of it.",
  },
  handshake_status: {
    wrong: "The handshake is not answered with 200.",
    mend: "Answer exactly 200, with the text of hub.challenge.",
  },
  any_token_accepted: {
    wrong:
      "The handshake passes with a wrong verify token: anybody can have this URL take part in their app.",
    mend: "Compare hub.verify_token with yours, and answer 403 when it differs.",
  },
  wrong_secret: {
    wrong:
      "Every signed request is refused: the receiver has another app secret, or checks something else than the bytes that came.",
    mend: "Compare the app secret (App Dashboard, Settings, Basic) with the receiver's, and the one given here. It is the app's own, neither the verify token nor the access token.",
  },
  verify_token_as_secret: {
    wrong:
      "The receiver takes the verify token for the app secret: a request signed with it was accepted.",
    mend: "The HMAC's key is the app secret (App Dashboard, Settings, Basic).",
  },
  secret_with_blanks: {
    wrong:
      "The receiver's secret is the right one with something around it, such as a line break, blanks or quotes.",
    mend: "Trim what comes from the file or variable.",
  },
  empty_secret: {
    wrong: "The receiver's secret is empty: whoever knows that can sign.",
    mend: "The variable with the app secret is not set where the receiver runs. Refuse to start without it.",
  },
  signature_over_rewritten_json: {
    wrong:
      "The signature is checked over JSON that was parsed and written again: such a signature was accepted, the right one was not.",
    mend: RAW_BYTES,
  },
  signature_over_decoded_text: {
    wrong:
      "The signature is checked over text that was decoded from the bytes, not over the bytes.",
    mend: `${RAW_BYTES} No toString() with another encoding, no unescaping, and no \`text += chunk\`, which breaks a character that lies across two chunks.`,
  },
  signature_over_nothing: {
    wrong: "The signature is checked over an empty body: something has read the request before.",
    mend: "Put the route before express.json() and its like, or keep the bytes in the parser's `verify` hook.",
  },
  signature_refused: {
    wrong: "The signature of this body is refused, others are accepted.",
    mend: RAW_BYTES,
  },
  unsigned_accepted: {
    wrong:
      "A request without a signature is answered 200: whoever knows the URL can make events up.",
    mend: "Answer 401 when X-Hub-Signature-256 is missing.",
  },
  forged_accepted: {
    wrong:
      "A request with a wrong signature is answered 200: whoever knows the URL can make events up.",
    mend: "Compare X-Hub-Signature-256 with the HMAC of the body (crypto.timingSafeEqual), and answer 401 when it differs.",
  },
  not_200: {
    wrong:
      "Notifications are answered with another status than 200, so Meta sends them again and again, for up to 7 days.",
    mend: "Answer exactly 200. 201, 202 and 204 do not count.",
  },
  refused: {
    wrong: "A well-formed, signed notification is refused.",
    mend: "Answer 200 to everything that is signed, and sort out afterwards what you can use.",
  },
  server_error: {
    wrong: "A well-formed, signed notification is answered with an error of the server.",
    mend: "The receiver's log has the reason. Answer 200 first, then handle, and catch what handlers throw. Let no body parser, such as express.json(), stand before the route.",
  },
  body_limit: {
    wrong: "Large notifications are refused, and Meta sends up to 3 MB.",
    mend: 'Raise the limit of the body parser, express.raw({ type: "*/*", limit: "4mb" }), and of the proxy (nginx: client_max_body_size 4m).',
  },
  slow_upload: {
    wrong: "A body that comes in slowly is not taken.",
    mend: "Wait for the whole body: Content-Length says how long it is, and chunks end anywhere.",
  },
  slow_answers: {
    wrong:
      "The answers are too slow: Meta wants 250 ms at the median, and less than 1 % above a second.",
    mend: "Answer 200 as soon as the notification is stored, and call databases and APIs afterwards.",
  },
  unknown_refused: {
    wrong:
      "Something that the receiver does not know is not answered with 200. Meta sends it again for days, and what is in the same body with it.",
    mend: "Answer 200 to types, statuses and fields you do not know, and ignore them. New ones come without notice.",
  },
  process_ended: {
    wrong: "The receiver's process ended, or it stopped to answer.",
    mend: "Catch what handlers throw, in promises and callbacks too: an error in one event must not end the server. Not every change holds messages, and not every message a text.",
  },
  duplicate_refused: {
    wrong: "The same notification a second time is not answered with 200.",
    mend: "Meta repeats itself. Answer 200, and do nothing.",
  },
  handled_twice: {
    wrong: "An item was handled twice. Meta sends a notification again when an answer was lost.",
    mend: "Remember the ids of what was handled (message id and type; status id and status) for eight days, and skip them.",
  },
  items_missing: {
    wrong: "Items that were answered with 200 were not handled.",
    mend: "Loop over all of entry[], changes[], messages[] and statuses[], instead of taking [0] of each.",
  },
  nothing_reported: {
    wrong: "Nothing of what the receiver took was reported as handled.",
    mend: "Check that the handlers write to what --handled names: one message id, or item as JSON, a line.",
  },
  handled_unreadable: {
    wrong: "What was handled could not be asked for.",
    mend: "Check what --handled or --handled-command names: it has to answer in time, or end with 0, and print one message id, or item as JSON, a line.",
  },
  on_premises_refused: {
    wrong: "An On-Premises callback with the Authorization header is refused.",
    mend: "Compare the header with the receiver's. On-Premises callbacks have no signature.",
  },
  on_premises_open: {
    wrong:
      "An On-Premises callback without the Authorization header is answered 200: whoever knows the URL can make events up.",
    mend: "Answer 401 when the header is missing or differs.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

export type Fault = keyof typeof faults;
