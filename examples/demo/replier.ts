import { webhooks } from "../receiver/whatsapp.ts";
import { buttons, call, form, list, place, text } from "./graph.ts";

const menu = "See the menu";
const table = "Book a table";
const where = "Where are you?";

// A bakery that is easily pleased. Receiving is what the library does; answering is one call of the Graph API.
webhooks.on("message", async (event) => {
  if (event.source !== "cloud" || event.name === "message.invalid") return;
  const { sender } = event;
  if (sender === undefined) return;
  // A customer with a username may hide the number: then the business-scoped user id is the address.
  const whom = sender.phone === undefined ? { recipient: sender.userId } : { to: sender.phone };
  const { id } = event.data;
  const reply = (message: object) => call({ ...whom, ...message });
  await call({ status: "read", message_id: id });

  switch (event.name) {
    case "message.text":
      return reply(answerTo(event.data.text.body, sender.name));
    case "message.image":
    case "message.sticker":
      return reply({ type: "reaction", reaction: { message_id: id, emoji: "😍" } });
    case "message.interactive": {
      const { button_reply, list_reply } = event.data.interactive ?? {};
      if (button_reply?.title !== undefined) return reply(answerTo(button_reply.title));
      if (list_reply !== undefined) return reply(text(`One ${list_reply.title}, coming.`));
      return reply(text("Your table is booked. See you!"));
    }
    case "message.reaction":
      return;
    default:
      return reply({
        ...text(`Thank you for your ${event.data.type}.`),
        context: { message_id: id },
      });
  }
});

function answerTo(words: string, name = "you"): object {
  if (words === menu)
    return list("Fresh this morning:", "The menu", {
      Croissant: "With butter",
      "Rye bread": "A whole loaf",
      Lemonade: "Home-made",
    });
  if (words === table) return form("For whom, and how many?", "Fill in the form");
  if (words === where) return place("Harbour Bakery", "12 Quay Street", 37.4848, -122.1484);
  if (/^(hi|hello|hey|help)\b/i.test(words))
    return buttons(`Hello ${name}! What would you like?`, [menu, table, where]);
  return text(`You wrote: ${words}\nWrite "hello" for what else there is.`);
}
