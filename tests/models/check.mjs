// What types cannot tell: whether Microsoft's own reader understands every field of a card in the version it names, and
// whether a receiver with either secret takes a webhook. Each must also refuse what is broken, or it has checked nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import AdaptiveCards from "adaptivecards/dist/adaptivecards.js";
import { Webhook } from "standardwebhooks";

const payloads = (name) => JSON.parse(readFileSync(new URL(`payloads/${name}.json`, import.meta.url), "utf8"));

function read(content) {
  const { AdaptiveCard, SerializationContext, Version } = AdaptiveCards;
  const context = new SerializationContext(new Version(1, 4));
  const card = new AdaptiveCard();
  card.parse(content, context);
  const events = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at));
  assert.deepEqual([...events, ...card.validateProperties().validationEvents].map((event) => event.message), []);
  assert.deepEqual(card.toJSON(context), content, "a field was not understood");
}

test("Microsoft's reader understands every card whole, and no card with a field that is wrong", () => {
  const { taken, refused } = payloads("cards");
  Object.values(taken).forEach(read);
  for (const [what, card] of Object.entries(refused)) assert.throws(() => read(card), what);
});

test("every webhook is verified by either secret, and by no other, nor once it is changed", () => {
  const { secrets, posts } = payloads("webhooks");
  const stranger = "whsec_" + Buffer.from("what nobody ever signed with").toString("base64");
  for (const { body, headers } of Object.values(posts)) {
    for (const secret of secrets) {
      assert.deepEqual(new Webhook(secret).verify(body, headers), JSON.parse(body));
      assert.throws(() => new Webhook(secret).verify(`${body} `, headers), /No matching signature/);
    }
    assert.throws(() => new Webhook(stranger).verify(body, headers), /No matching signature/);
  }
});
