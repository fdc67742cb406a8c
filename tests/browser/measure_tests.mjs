// A measure from the person's page to what he meets: two moderators about an alderman, and the page in place of what he may not do; with
// script (axe at each step), on a phone, and without.
import assert from "node:assert/strict";
import { axe, openPerson, signIn } from "./browser.mjs";

const withoutScript = { javaScriptEnabled: false };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" };
const facts = "Schreef drie keer over een inwoner, ook na een waarschuwing.";

async function submit(page, selector) {
  const [answer] = await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
  return answer;
}

async function suspension(browser, site, options) {
  const people = [];
  const open = async (email) => {
    const person = await openPerson(browser, site, options);
    people.push(person);
    await signIn(person.page, email);
    return person.page;
  };
  const found = [];
  const look = async (page, where) => {
    if (options.javaScriptEnabled === false) return;
    for (const violation of await axe(page)) found.push(`${where}: ${violation}`);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) found.push(`${where}: scrolls sideways by ${sideways} px`);
  };
  const says = async (page, words) => assert.match(await page.locator("main").innerText(), words);
  try {
    const member = await open("wethouder@demo.example");
    const { id } = await (await member.request.post("/api/v1/session", { data: { email: "wethouder@demo.example", password: "forum-demo-2026" } })).json();
    const moderator = await open("moderator@demo.example");
    await moderator.goto(`/leden/${id}`);
    await look(moderator, "a person, for a moderator");
    await submit(moderator, "form[action$='/maatregel'] button");
    const at = new URL(moderator.url()).pathname;
    await says(moderator, /Dit geval gaat over een persoon/);
    await moderator.locator("label[for=d-suspend]").click();
    await look(moderator, "case about a person");
    await moderator.fill("#until", new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await moderator.locator("label[for=regel-geen-inwoners]").click();
    await moderator.fill("#facts", facts);
    const left = moderator.waitForURL((url) => url.pathname !== at);
    await moderator.locator("form.fd-besluit button.nl-button--primary").click();
    await left;
    await moderator.goto(at);
    await says(moderator, /Een andere moderator moet uw voorstel bevestigen/);
    await look(moderator, "one's own proposal");

    const colleague = await open("moderator2@demo.example");
    await colleague.goto(at);
    await look(colleague, "proposal of another");
    assert.equal((await submit(colleague, "button[name=answer][value=refuse]")).status(), 400);
    assert.equal(await colleague.locator("#fouten a").getAttribute("href"), "#note");
    await look(colleague, "proposal with a fault");
    await submit(colleague, "button[name=answer][value=confirm]");

    assert.equal((await member.goto("/gesprekken")).status(), 403);
    await says(member, /U bent geschorst[^]*Maak bezwaar/);
    await look(member, "shut out");
    await submit(member, "main a[href^='/bezwaar']");
    await look(member, "objection to a measure");
    await member.goto("/ik/besluiten");
    await says(member, /Besluit over u[^]*U bent geschorst/);
    await look(member, "decisions about oneself");

    await colleague.goto(at);
    await look(colleague, "case with a measure");
    await submit(colleague, "#besloten form button");
    assert.equal((await member.goto("/gesprekken")).status(), 200);
    await colleague.goto(at);
    await colleague.locator("label[for=d-unfounded]").click();
    const closed = colleague.waitForURL((url) => url.pathname !== at);
    await colleague.locator("form.fd-besluit button.nl-button--primary").click();
    await closed;
    assert.deepEqual([...found, ...people.flatMap((person) => person.faults)].filter((fault) => !/40[03]/.test(fault)), []);
  } finally {
    for (const person of people) await person.context.close();
  }
}

export const suspensionWide = (browser, site) => suspension(browser, site, {});
export const suspensionOnPhone = (browser, site) => suspension(browser, site, phone);
export const suspensionWithoutScript = (browser, site) => suspension(browser, site, withoutScript);
