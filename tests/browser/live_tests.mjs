// Two people side by side: what one writes the other sees without reloading. Real sockets, real events.
import assert from "node:assert/strict";
import { openPerson, signIn } from "./browser.mjs";

const thread = "/gesprekken/14";

async function reply(page, text) {
  await page.goto(thread);
  await page.fill("form[data-writing] [name=body]", text);
  await Promise.all([page.waitForNavigation(), page.locator("button[value=plaats]").click()]);
}

export async function replyAppearsBehindOneButton(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await signIn(reader.page, "wethouder@demo.example");
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    const before = await reader.page.locator("article[data-post]").count();
    await reply(writer.page, "Een live reactie van de adviseur.");
    await reader.page.locator("[data-live-bar]:not([hidden])").waitFor();
    assert.equal(await reader.page.locator("article[data-post]").count(), before, "nothing moves by itself");
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.getByText("Een live reactie van de adviseur.").waitFor();
    assert.equal(await reader.page.evaluate(() => document.activeElement?.tagName), "H3", "focus goes to the first new post");
    const shown = await reader.page.locator("article[data-post]").evaluateAll((all) => all.map((one) => one.dataset.post));
    await reader.page.reload();
    const fresh = await reader.page.locator("article[data-post]").evaluateAll((all) => all.map((one) => one.dataset.post));
    assert.deepEqual(shown, fresh, "page and events equal a fresh page");
    assert.deepEqual([...reader.faults, ...writer.faults], []);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

export async function offlineReaderMissesNothing(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    await reader.page.waitForFunction(() => document.querySelector("[data-presence-text]") !== null);
    await reader.context.setOffline(true);
    await reply(writer.page, "Eerste reactie tijdens de storing.");
    await reply(writer.page, "Tweede reactie tijdens de storing.");
    await reader.context.setOffline(false);
    await reader.page.locator("[data-live-bar]:not([hidden]) [data-live-text]", { hasText: "2" }).waitFor({ timeout: 90_000 });
    await reader.page.locator("[data-live-bar] a").click();
    assert.equal(await reader.page.getByText("Eerste reactie tijdens de storing.").count(), 1);
    assert.equal(await reader.page.getByText("Tweede reactie tijdens de storing.").count(), 1);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

export async function queueByKeyboard(browser, site) {
  const author = await openPerson(browser, site);
  const moderator = await openPerson(browser, site);
  try {
    await signIn(moderator.page, "moderator2@demo.example");
    await moderator.page.goto("/moderatie");
    const waiting = await moderator.page.locator(".fd-item").count();
    await signIn(author.page, "nieuw@demo.example");
    await reply(author.page, "Wacht op de toetsen van de moderator.");
    await moderator.page.locator(".fd-wacht__nieuw:not([hidden])").waitFor();
    await moderator.page.goto("/moderatie");
    assert.equal(await moderator.page.locator(".fd-item").count(), waiting + 1);
    for (let step = 0; step <= waiting; step += 1) {
      await moderator.page.keyboard.press("j");
      await moderator.page.locator(`.fd-item >> nth=${step}`).and(moderator.page.locator("[aria-current]")).waitFor();
    }
    await moderator.page.getByText("Wacht op de toetsen van de moderator.").last().waitFor();
    await moderator.page.locator("form.fd-besluit").waitFor();
    await moderator.page.keyboard.press("1");
    assert.equal(await moderator.page.isChecked("#d-approve"), true);
    await moderator.page.keyboard.press("Control+Enter");
    await author.page.waitForFunction(
      () => [...document.querySelectorAll("article[data-post]")].some(
        (post) => post.textContent.includes("Wacht op de toetsen") && !post.classList.contains("fd-post--wacht")),
      null, { timeout: 30_000 });
    assert.deepEqual([...author.faults, ...moderator.faults], []);
  } finally {
    await author.context.close();
    await moderator.context.close();
  }
}

export async function draftIsThereAfterReload(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/nieuw");
    const saved = page.waitForResponse((answer) => answer.url().includes("/api/v1/drafts/") && answer.request().method() === "PUT");
    await page.fill("[name=title]", "Een titel die bewaard blijft");
    assert.equal((await saved).status(), 200);
    await page.goto("/gesprekken/nieuw");
    assert.equal(await page.inputValue("[name=title]"), "Een titel die bewaard blijft");
  } finally {
    await context.close();
  }
}
