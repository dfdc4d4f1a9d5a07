const { WHATSAPP_MESSAGES_URL: url = "", WHATSAPP_ACCESS_TOKEN: token = "" } = process.env;

/** `POST /{phone-number-id}/messages` of the Graph API: sends a message, or marks one as read. */
export async function call(message: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ messaging_product: "whatsapp", ...message }),
  });
  // Thrown in a handler it is reported, and the handler tried again.
  if (!response.ok) throw new Error(`The Graph API answered ${response.status}.`);
}

export function text(body: string): object {
  return { type: "text", text: { body } };
}

/** Up to three buttons; what is pressed comes back with its label as the id. */
export function buttons(body: string, labels: readonly string[]): object {
  const replies = labels.map((title) => ({ type: "reply", reply: { id: title, title } }));
  return interactive("button", body, { buttons: replies });
}

export function list(body: string, button: string, rows: Readonly<Record<string, string>>): object {
  const entries = Object.entries(rows);
  return interactive("list", body, {
    button,
    sections: [
      { rows: entries.map(([title, description]) => ({ id: title, title, description })) },
    ],
  });
}

export function form(body: string, flow_cta: string): object {
  const parameters = { flow_message_version: "3", flow_token: "a token", flow_cta };
  return interactive("flow", body, { name: "flow", parameters });
}

export function place(name: string, address: string, latitude: number, longitude: number): object {
  return { type: "location", location: { latitude, longitude, name, address } };
}

function interactive(type: string, words: string, action: object): object {
  return { type: "interactive", interactive: { type, body: { text: words }, action } };
}
