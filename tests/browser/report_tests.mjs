// Reporting a post as a member and as anyone, with script (axe at each step) and without, and what a moderator sees of it.
import assert from "node:assert/strict";
import { look, openPerson, phone, signIn, submit, withoutScript } from "./browser.mjs";

async function reportAsMember(browser, site, options, category) {
  const member = await openPerson(browser, site, options);
  const moderator = await openPerson(browser, site, options);
  try {
    const { page } = member;
    const found = [];
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/1");
    await submit(page, ".fd-post__meld");
    found.push(...await look(page, options, "report"));
    await page.fill("[name=text]", "Mijn toelichting blijft staan.");
    assert.equal((await submit(page, "form[action='/melden'] button.nl-button--primary")).status(), 400);
    assert.equal(await page.inputValue("[name=text]"), "Mijn toelichting blijft staan.");
    found.push(...await look(page, options, "report with a fault"));
    await page.locator(`input[value=${category}] + label`).click();
    await submit(page, "form[action='/melden'] button.nl-button--primary");
    assert.match(await page.locator("body").innerText(), /Wij hebben uw melding ontvangen/);
    await page.goto("/ik/besluiten");
    assert.match(await page.locator("main").innerText(), /Mijn toelichting blijft staan/);
    found.push(...await look(page, options, "own reports"));

    await signIn(moderator.page, "moderator@demo.example");
    await moderator.page.goto("/moderatie");
    await submit(moderator.page, ".fd-item:has-text('elding')");
    assert.match(await moderator.page.locator("main").innerText(), /Mijn toelichting blijft staan/);
    found.push(...await look(moderator.page, options, "a reported post"));
    assert.deepEqual([...found], []);
  } finally {
    await member.context.close();
    await moderator.context.close();
  }
}

async function reportAsGuest(browser, site, options) {
  const { context, page } = await openPerson(browser, site, options);
  try {
    const found = [];
    await page.goto("/gesprekken/1");
    await submit(page, ".fd-post__meld");
    assert.match(page.url(), /\/kennisgeving\?adres=/);
    found.push(...await look(page, options, "notice"));
    await page.fill("[name=explanation]", "Te kort");
    assert.equal((await submit(page, "form[action='/kennisgeving'] button.nl-button--primary")).status(), 400);
    assert.equal(await page.inputValue("[name=explanation]"), "Te kort");
    found.push(...await look(page, options, "notice with faults"));
    await page.fill("[name=explanation]", `Hier staat een oproep tot geweld, ${Math.random()}.`);
    await page.fill("[name=name]", "Nel Melder");
    await page.fill("[name=email]", "nel@buiten.example");
    await page.locator("label[for=goodFaith]").click();
    await submit(page, "form[action='/kennisgeving'] button.nl-button--primary");
    assert.match(await page.locator("main").innerText(), /K-\d{4}-[0-9A-F]{6}/);
    found.push(...await look(page, options, "notice to confirm"));
    await submit(page, "form[action^='/kennisgeving/'] button");
    assert.match(await page.locator("main").innerText(), /bekijkt uw melding/);
    found.push(...await look(page, options, "notice that is confirmed"));
    await page.goto("/kennisgeving?ontvangen=K-2026-7F3A9C");
    found.push(...await look(page, options, "receipt"));
    assert.deepEqual(found, []);
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
