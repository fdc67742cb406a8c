// The main job without JavaScript: ask, reply, review, read. Everything is a link or a form.
import assert from "node:assert/strict";
import { choose, openPerson, signIn, submit, withoutScript } from "./browser.mjs";

/** Radio buttons lie under their label's card: a person clicks the card. */
export async function askReplyReviewRead(browser, site) {
  const alderman = await openPerson(browser, site, withoutScript);
  const newcomer = await openPerson(browser, site, withoutScript);
  const moderator = await openPerson(browser, site, withoutScript);
  try {
    await signIn(alderman.page, "wethouder@demo.example");
    await alderman.page.goto("/gesprekken/nieuw");
    await choose(alderman.page, "kind", "question");
    await alderman.page.fill("[name=title]", "Wie heeft ervaring met een buurtgastheer bij de kas?");
    await alderman.page.fill("[name=body]", "Wij willen een **vast gezicht** voor nieuwe bewoners. Wat werkt bij u?");
    await alderman.page.selectOption("[name=theme]", "huisvesting");
    await alderman.page.fill("[name=municipality_add]", "Westland");
    await submit(alderman.page, "button[value='gemeente-erbij']");
    assert.match(await alderman.page.locator("main").innerText(), /Westland/);
    assert.equal(await alderman.page.inputValue("[name=title]"), "Wie heeft ervaring met een buurtgastheer bij de kas?");
    await choose(alderman.page, "typologies", "tuinbouwgemeenten");
    await submit(alderman.page, "button[value=voorbeeld]");
    assert.match(await alderman.page.content(), /<strong>vast gezicht<\/strong>/);
    await submit(alderman.page, "button[value=plaats]");
    const thread = new URL(alderman.page.url()).pathname;
    assert.match(thread, /^\/gesprekken\/\d+\/wie-heeft-ervaring/);

    await signIn(newcomer.page, "nieuw@demo.example");
    await newcomer.page.goto(thread);
    await newcomer.page.fill("[name=body]", "Bij ons kent de gastheer iedereen na een week.");
    await submit(newcomer.page, "button[value=plaats]");
    assert.equal(await newcomer.page.locator("article.fd-post--wacht").count(), 1, "the author sees his waiting post in its place");
    await alderman.page.goto(thread);
    assert.doesNotMatch(await alderman.page.content(), /kent de gastheer iedereen/);

    await signIn(moderator.page, "moderator@demo.example");
    await moderator.page.goto("/moderatie");
    await submit(moderator.page, ".fd-item:has-text('buurtgastheer')");
    await choose(moderator.page, "decision", "approve");
    await submit(moderator.page, "form.fd-besluit button.nl-button--primary");
    await alderman.page.goto(thread);
    assert.match(await alderman.page.content(), /kent de gastheer iedereen/);
    for (const person of [alderman, newcomer, moderator]) assert.deepEqual(person.faults, []);
  } finally {
    for (const person of [alderman, newcomer, moderator]) await person.context.close();
  }
}

export async function faultsAreSaidAndNothingIsLost(browser, site) {
  const { context, page } = await openPerson(browser, site, withoutScript);
  try {
    await signIn(page, "wethouder@demo.example");
    await page.goto("/gesprekken/nieuw");
    await choose(page, "kind", "dilemma");
    await page.fill("[name=title]", "t".repeat(163));
    await page.fill("[name=body]", "Deze tekst blijft staan.");
    const [answer] = await Promise.all([page.waitForNavigation(), page.locator("button[value=plaats]").first().click()]);
    assert.equal(answer.status(), 400);
    assert.equal(await page.locator("[role=alert]").count(), 1);
    assert.match(await page.locator("[role=alert]").innerText(), /163/);
    assert.equal(await page.inputValue("[name=body]"), "Deze tekst blijft staan.");
    for (const link of await page.locator("[role=alert] a").all()) {
      const target = await link.getAttribute("href");
      assert.equal(await page.locator(`[id="${target.slice(1)}"]`).count(), 1, `${target} leads to its field`);
    }
  } finally {
    await context.close();
  }
}

export async function endedSessionKeepsTheText(browser, site) {
  const { context, page } = await openPerson(browser, site, withoutScript);
  try {
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/1");
    await page.fill("[name=body]", "Getypt voordat de sessie afliep.");
    await context.clearCookies();
    await submit(page, "button[value=plaats]");
    await page.fill("#email", "adviseur@demo.example");
    await page.fill("#password", "forum-demo-2026");
    await Promise.all([page.waitForNavigation(), page.press("#password", "Enter")]);
    assert.equal(await page.inputValue("textarea[name=body]"), "Getypt voordat de sessie afliep.");
  } finally {
    await context.close();
  }
}
