// A person at a browser of their own: what they do, what they see, and everything that went wrong on screen.
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

// A fresh profile in a folder of its own, which ends with the browser.
export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });
}

export class Tab {
  constructor(page, url) {
    this.page = page;
    this.url = url;
    this.failures = [];
    page.setDefaultTimeout(60_000); // for a machine that is busy with other things
    page.on("console", message => { if (message.type() === "error") this.failures.push(`console: ${message.text()}`); });
    page.on("pageerror", error => this.failures.push(`script: ${error.message}`));
    page.on("response", answer => { if (answer.status() >= 400) this.failures.push(`${answer.status()} ${answer.url()}`); });
    page.on("requestfailed", request => this.noteFailed(request));
  }

  // Aborted: by the browser itself, which leaves the page. What fails on the way has other names.
  noteFailed(request) {
    const why = request.failure().errorText;
    if (why !== "net::ERR_ABORTED") this.failures.push(`${why} ${request.url()}`);
  }

  goTo(path) { return this.page.goto(this.url + path); }

  async click(name) {
    await Promise.all([this.page.waitForURL(`**/share/${name}*`), this.page.click(`nav a[data-for="${name}"]`)]);
  }

  async addToCart(tea) {
    const { page } = this;
    await Promise.all([page.waitForResponse(answer => answer.request().method() === "GET" && answer.url().includes("/share/shop")),
      page.click(`button[value="${tea}"]`)]);
  }

  async cart() {
    await this.click("cart");
    return this.page.$$eval("tr[data-item]", rows => rows.map(row => `${row.dataset.item} ${row.querySelector(".count").textContent}`));
  }

  node() { return this.page.textContent(".pill .js-node"); }
  user() { return this.page.textContent(".who span"); }
  sees(selector) { return this.page.waitForSelector(selector); }
  async text(selector) { return (await this.sees(selector)).textContent(); }
}

export class Person {
  static async arrives(browser, farm, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    return new Person(context, farm);
  }

  constructor(context, farm) {
    this.context = context;
    this.farm = farm;
  }

  async tab() { return new Tab(await this.context.newPage(), this.farm.url); }

  async logIn() {
    const tab = await this.tab();
    await tab.goTo("/");
    await tab.page.click('button[data-user="alice"]');
    await Promise.all([tab.page.waitForURL("**/share/home*"), tab.page.click("#login")]);
    return tab;
  }

  // {stem, memcached, route} of the session cookie.
  async session() {
    const { value } = (await this.context.cookies()).find(cookie => cookie.name === "JSESSIONID");
    const [, stem, memcached, route] = value.match(/^([^-.]+)-([^.]+)\.(.+)$/);
    return { stem, memcached, route };
  }

  // Somebody who is logged in on this very node.
  static async on(node, browser, farm) {
    for (;;) {
      const person = await Person.arrives(browser, farm);
      const tab = await person.logIn();
      if (await tab.node() === node) return { person, tab };
      await person.leave();
    }
  }

  leave() { return this.context.close(); }
}
