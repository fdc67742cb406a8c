// Reporting a post as a member and as anyone, with script (axe at each step) and without, and what a moderator sees of it.
import assert from "node:assert/strict";
import { axe, openPerson, signIn } from "./browser.mjs";

const withoutScript = { javaScriptEnabled: false };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" };

async function submit(page, selector) {
  const [answer] = await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
  return answer;
}

/** A check that is left out where there is no script. */
function checker(page, options) {
  const found = [];
  return {
    found,
    async look(where) {
      if (options.javaScriptEnabled === false) return;
      for (const violation of await axe(page)) found.push(`${where}: ${violation}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) found.push(`${where}: scrolls sideways by ${sideways} px`);
    },
  };
}

async function reportAsMember(browser, site, options, category) {
  const member = await openPerson(browser, site, options);
  const moderator = await openPerson(browser, site, options);
  try {
    const { page } = member;
    const seen = checker(page, options);
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/1");
    await submit(page, ".fd-post__meld");
    await seen.look("report");
    await page.fill("[name=text]", "Mijn toelichting blijft staan.");
    assert.equal((await submit(page, "form[action='/melden'] button.nl-button--primary")).status(), 400);
    assert.equal(await page.inputValue("[name=text]"), "Mijn toelichting blijft staan.");
    await seen.look("report with a fault");
    await page.locator(`input[value=${category}] + label`).click();
    await submit(page, "form[action='/melden'] button.nl-button--primary");
    assert.match(await page.locator("body").innerText(), /Wij hebben uw melding ontvangen/);
    await page.goto("/ik/besluiten");
    assert.match(await page.locator("main").innerText(), /Mijn toelichting blijft staan/);
    await seen.look("own reports");

    await signIn(moderator.page, "moderator@demo.example");
    const queue = checker(moderator.page, options);
    await moderator.page.goto("/moderatie");
    await submit(moderator.page, ".fd-item:has-text('elding')");
    assert.match(await moderator.page.locator("main").innerText(), /Mijn toelichting blijft staan/);
    await queue.look("a reported post");
    assert.deepEqual([...seen.found, ...queue.found], []);
  } finally {
    await member.context.close();
    await moderator.context.close();
  }
}

async function reportAsGuest(browser, site, options) {
  const { context, page } = await openPerson(browser, site, options);
  try {
    const seen = checker(page, options);
    await page.goto("/gesprekken/1");
    await submit(page, ".fd-post__meld");
    assert.match(page.url(), /\/kennisgeving\?adres=/);
    await seen.look("notice");
    await page.fill("[name=explanation]", "Te kort");
    assert.equal((await submit(page, "form[action='/kennisgeving'] button.nl-button--primary")).status(), 400);
    assert.equal(await page.inputValue("[name=explanation]"), "Te kort");
    await seen.look("notice with faults");
    await page.fill("[name=explanation]", `Hier staat een oproep tot geweld, ${Math.random()}.`);
    await page.fill("[name=name]", "Nel Melder");
    await page.fill("[name=email]", "nel@buiten.example");
    await page.locator("label[for=goodFaith]").click();
    await submit(page, "form[action='/kennisgeving'] button.nl-button--primary");
    assert.match(await page.locator("main").innerText(), /K-\d{4}-[0-9A-F]{6}/);
    await seen.look("notice to confirm");
    await submit(page, "form[action^='/kennisgeving/'] button");
    assert.match(await page.locator("main").innerText(), /bekijkt uw melding/);
    await seen.look("notice that is confirmed");
    await page.goto("/kennisgeving?ontvangen=K-2026-7F3A9C");
    await seen.look("receipt");
    assert.deepEqual(seen.found, []);
  } finally {
    await context.close();
  }
}

export const memberWithScript = (browser, site) => reportAsMember(browser, site, {}, "disrespect");
export const memberOnPhone = (browser, site) => reportAsMember(browser, site, phone, "off-topic");
export const memberWithoutScript = (browser, site) => reportAsMember(browser, site, withoutScript, "confidential");
export const guestWithScript = (browser, site) => reportAsGuest(browser, site, {});
export const guestOnPhone = (browser, site) => reportAsGuest(browser, site, phone);
export const guestWithoutScript = (browser, site) => reportAsGuest(browser, site, withoutScript);
