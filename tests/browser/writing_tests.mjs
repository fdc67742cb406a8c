// Who writes: drafts that outlive a bad connection, a lost session and a second tab, and the helpers of the forms. Rule: no words
// are lost without their writer's choice; helpers are used by keyboard.
import assert from "node:assert/strict";
import { openPerson, password, signIn } from "./browser.mjs";

const isDraft = (answer) => answer.url().includes("/api/v1/drafts/") && answer.request().method() === "PUT";
const drafts = /\/api\/v1\/drafts\//;

/** The status of the next draft that is sent. */
const savedAs = (page) => page.waitForResponse(isDraft).then((answer) => answer.status());

export async function draftIsThereAfterReload(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/nieuw");
    const saved = savedAs(page);
    await page.fill("[name=title]", "Een titel die bewaard blijft");
    assert.equal(await saved, 200);
    await page.goto("/gesprekken/nieuw");
    assert.equal(await page.inputValue("[name=title]"), "Een titel die bewaard blijft");
  } finally {
    await context.close();
  }
}

/** Who types before the script is there loses nothing either. */
export async function whatWasTypedBeforeTheScriptCameIsKept(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "adviseur@demo.example");
    let go;
    const typed = new Promise((resolve) => (go = resolve));
    await context.route(/\.js$/, async (route) => {
      await typed;
      await route.continue();
    });
    await page.goto("/gesprekken/nieuw", { waitUntil: "commit" });
    await page.fill("[name=title]", "Eerder dan het script");
    const saved = savedAs(page);
    go();
    assert.equal(await saved, 200);
    assert.equal(await page.inputValue("[name=title]"), "Eerder dan het script");
  } finally {
    await context.close();
  }
}

/** The same reply in two tabs: nothing is overwritten, the writer chooses. */
export async function ofTwoTextsTheWriterChooses(browser, site) {
  const { context, page, faults } = await openPerson(browser, site);
  try {
    await signIn(page, "wethouder@demo.example");
    const late = await context.newPage();
    for (const tab of [page, late]) await tab.goto("/gesprekken/14");
    let saved = savedAs(page);
    await page.fill("#body", "Uit het eerste tabblad.");
    assert.equal(await saved, 200);
    saved = savedAs(late);
    await late.fill("#body", "Uit het tweede tabblad.");
    assert.equal(await saved, 409);
    const choice = late.locator("[data-choice]");
    assert.equal(await choice.locator("textarea").inputValue(), "Uit het eerste tabblad.");
    assert.equal(await late.inputValue("#body"), "Uit het tweede tabblad.");
    saved = savedAs(late);
    await choice.getByRole("button", { name: "Houd mijn tekst" }).click();
    assert.equal(await saved, 200);
    assert.equal(await choice.count(), 0);

    // The first tab is now the one that is behind; it takes what the other wrote.
    saved = savedAs(page);
    await page.fill("#body", "Verder in het eerste tabblad.");
    assert.equal(await saved, 409);
    await page.locator("[data-choice]").getByRole("button", { name: "Neem de andere tekst" }).click();
    assert.equal(await page.inputValue("#body"), "Uit het tweede tabblad.");
    await page.reload();
    assert.equal(await page.inputValue("#body"), "Uit het tweede tabblad.");
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Signed out while writing: the page says so, and after signing in again the text is offered. */
export async function aTextOutlivesItsSession(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "wethouder@demo.example");
    await page.goto("/gesprekken/9");
    await context.clearCookies();
    const saved = savedAs(page);
    await page.fill("#body", "Geschreven zonder sessie.");
    assert.equal(await saved, 401);
    const state = page.locator("form[data-writing] [data-draft-state]");
    await state.getByText("U bent niet meer ingelogd").waitFor();
    await Promise.all([page.waitForNavigation(), state.getByRole("link", { name: "Log opnieuw in" }).click()]);
    await page.fill("#email", "wethouder@demo.example");
    await page.fill("#password", password);
    await Promise.all([page.waitForURL(/\/gesprekken\/9/), page.press("#password", "Enter")]);
    const offer = page.locator("[data-choice]");
    assert.equal(await offer.locator("textarea").inputValue(), "Geschreven zonder sessie.");
    assert.equal(await page.inputValue("#body"), "");
    await offer.getByRole("button", { name: "Zet tekst terug" }).click();
    assert.equal(await page.inputValue("#body"), "Geschreven zonder sessie.");
    assert.equal(await offer.count(), 0);
  } finally {
    await context.close();
  }
}

/** The server is away: the text stays on the device, and goes to the server when that is back. */
export async function aTextWaitsForTheServer(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "adviseur@demo.example");
    await context.clock.install();
    await page.goto("/gesprekken/9");
    await context.route(drafts, (route) => route.abort());
    await page.fill("#body", "Terwijl de server weg was.");
    await context.clock.runFor(3_000);
    const state = page.locator("form[data-writing] [data-draft-state]");
    await state.getByText("Nog niet bewaard. Uw tekst staat wel op dit apparaat.").waitFor();
    await context.unroute(drafts);
    const saved = savedAs(page);
    await context.clock.runFor(10_000);
    assert.equal(await saved, 200);
    await state.getByText("Bewaard als concept").waitFor();
    await page.reload();
    assert.equal(await page.inputValue("#body"), "Terwijl de server weg was.");
    assert.equal(await page.locator("[data-choice]").count(), 0, "there is one text, and it is in the form");
  } finally {
    await context.close();
  }
}

/** What only this device has is offered by the next page, and goes when its writer throws it away. */
export async function aKeptTextCanBeThrownAway(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await signIn(page, "adviseur@demo.example");
    await context.route(drafts, (route) => route.abort());
    await page.goto("/gesprekken/14");
    await page.locator("[role=toolbar]").waitFor(); // the script is there, and keeps what he types
    await page.fill("#body", "Alleen op dit apparaat.");
    await page.reload();
    const offer = page.locator("[data-choice]");
    assert.equal(await offer.locator("textarea").inputValue(), "Alleen op dit apparaat.");
    await offer.getByRole("button", { name: "Gooi tekst weg" }).click();
    assert.equal(await offer.count(), 0);
    await page.reload();
    await page.locator("[role=toolbar]").waitFor(); // the script is there
    assert.equal(await offer.count(), 0);
    assert.equal(await page.inputValue("#body"), "");
  } finally {
    await context.close();
  }
}

/** Municipalities are added and taken away by keyboard, without a page load. */
export async function municipalitiesByKeyboard(browser, site) {
  const { context, page, faults } = await openPerson(browser, site);
  const field = page.locator("#municipalities");
  const sent = () => page.locator("[data-chips] input[name=municipalities]").evaluateAll((all) => all.map((one) => one.value));
  const focused = () => page.evaluate(() => document.activeElement.id);
  try {
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/nieuw");
    await page.locator("[role=toolbar]").waitFor(); // the script is there
    let loads = 0;
    page.on("domcontentloaded", () => (loads += 1));
    const had = await sent();
    await field.focus();
    await page.keyboard.type("Atlantis");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#municipalities-fout").innerText(), /Wij kennen geen gemeente met de naam Atlantis/);
    assert.equal(await field.getAttribute("aria-describedby"), "municipalities-fout");
    await field.fill("westland");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#municipalities-fout").count(), 0);
    assert.deepEqual(await sent(), [...had, "GM1783:about"]);
    assert.equal(await focused(), "municipalities", "ready for the next one");
    assert.equal(await field.inputValue(), "");
    // The same one in another role takes the place of the first.
    await page.selectOption("[name=municipality_role]", "experience");
    await field.fill("Westland");
    await page.keyboard.press("Enter");
    assert.deepEqual(await sent(), [...had, "GM1783:experience"]);
    await page.getByRole("button", { name: "Haal Westland weg" }).press("Enter");
    assert.deepEqual(await sent(), had);
    assert.equal(await focused(), "municipalities");
    assert.equal(loads, 0);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** While a title is typed its characters are counted, and threads that look like it are shown. */
export async function aTitleIsCountedAndCompared(browser, site) {
  const { context, page, faults } = await openPerson(browser, site);
  try {
    await signIn(page, "wethouder@demo.example");
    const known = await (await context.request.get("/api/v1/threads/1")).json();
    await page.goto("/gesprekken/nieuw");
    await page.locator("#title-teller", { hasText: "0 van 140 tekens" }).waitFor();
    await page.locator("#title").focus();
    await page.keyboard.type("Huis 🏡 ");
    assert.equal(await page.locator("#title-teller").innerText(), "6 van 140 tekens", "as a person counts, without the space at the end");
    assert.equal(await page.locator("[data-similar-list] li").count(), 0, "two words are too few");
    await page.fill("#title", known.title);
    await page.locator("[data-similar-list] a", { hasText: known.title }).waitFor();
    assert.match(await page.locator("[data-similar-count]").innerText(), /^\d+ gesprek(ken lijken| lijkt) op uw vraag/);
    assert.equal(new URL(await page.locator("[data-similar-list] a", { hasText: known.title }).first().evaluate((link) => link.href)).pathname, known.url);
    await page.evaluate(() => {
      const title = document.getElementById("title");
      title.removeAttribute("maxlength");
      title.value = "a".repeat(141);
      title.dispatchEvent(new Event("input", { bubbles: true }));
    });
    assert.match(await page.locator("#title-teller").getAttribute("class"), /fd-teller--over/);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Marks by keyboard and toolbar, each one step back, and the server's own preview beside it. */
export async function theEditorMarksAndShows(browser, site) {
  const { context, page, faults } = await openPerson(browser, site);
  const body = page.locator("#body");
  const focused = () => page.evaluate(() => document.activeElement.dataset.mark ?? document.activeElement.id);
  try {
    await signIn(page, "wethouder@demo.example");
    await page.goto("/gesprekken/1");
    await page.locator("[role=toolbar]").waitFor();
    await body.focus();
    await page.keyboard.type("Samen eten");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+b");
    assert.equal(await body.inputValue(), "**Samen eten**");
    await page.keyboard.press("Control+z");
    assert.equal(await body.inputValue(), "Samen eten", "one step back");
    await page.keyboard.press("Control+b");
    // One tab stop; the arrows go along the buttons, round at the ends.
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(), "bold");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await focused(), "link");
    await page.keyboard.press("Home");
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), "list");
    await page.keyboard.press("Enter");
    assert.equal(await body.inputValue(), "- **Samen eten**");
    assert.equal(await focused(), "body");
    const preview = page.locator("[data-preview]");
    const button = page.locator("form[data-writing] button[value=voorbeeld]");
    assert.equal(await preview.isVisible(), false);
    await button.press("Enter");
    await preview.locator("li strong", { hasText: "Samen eten" }).waitFor();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    await body.focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" <b>helpt</b>");
    await preview.locator("li", { hasText: "Samen eten <b>helpt</b>" }).waitFor();
    await button.press("Enter");
    assert.equal(await preview.isVisible(), false);
    assert.equal(await body.inputValue(), "- **Samen eten** <b>helpt</b>", "what was typed is still there");
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}
