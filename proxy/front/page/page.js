// Keeps the page true without reloading it, and gives the operator's orders.
// Everything shown comes as HTML from the proxy; only seconds are counted here.

const RETRY_MS = 5000;
// An event comes at least each 5 s: without one for so long the connection is dead.
const SILENCE_MS = 15000;
const TICK_MS = 250;

const main = document.querySelector("main");
const lost = document.getElementById("lost");
const language = document.documentElement.lang;
const lostWords = document.getElementById("lost-words").content.textContent;
const shown = new Map();
let countdownEndsAt = 0;
let source;
let silence;

const own = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
const ownTime = new Intl.DateTimeFormat(own, {
  dateStyle: "short", timeStyle: "long", hourCycle: "h23",
});

function dress() {
  for (const span of document.querySelectorAll("[data-own]:empty")) {
    span.textContent = `(${ownTime.format(new Date(span.dataset.own))})`;
  }
  const seconds = document.querySelector("[data-countdown]")?.dataset.countdown;
  countdownEndsAt = performance.now() + 1000 * Number(seconds ?? 0);
  tick();
}

function tick() {
  const countdown = document.querySelector("[data-countdown]");
  if (!countdown) return;
  const left = Math.ceil((countdownEndsAt - performance.now()) / 1000);
  const words = left > 0 ? countdown.dataset.in : countdown.dataset.now;
  countdown.textContent = words.replace("{count}", String(left));
}

// What has not changed is left alone, so that a screen reader says only what has.
function show(html) {
  const came = new DOMParser().parseFromString(html, "text/html");
  const banner = document.getElementById("banner");
  Object.assign(banner.dataset, came.getElementById("banner").dataset);
  document.title = banner.dataset.title;
  for (const part of came.querySelectorAll("[data-part]")) {
    const text = part.innerHTML;
    if (shown.get(part.id) === text) continue;
    shown.set(part.id, text);
    document.getElementById(part.id).replaceChildren(...part.childNodes);
  }
  say(lost, "");
  dress();
}

function say(where, words) {
  if (where.textContent !== words) where.textContent = words;
}

function listen() {
  source?.close();
  source = new EventSource(main.dataset.events);
  source.onmessage = (event) => {
    show(event.data);
    watch();
  };
  source.onerror = () => {
    // Not live is said only where the page itself cannot be had either.
    source.close();
    clearTimeout(silence);
    refresh().finally(() => setTimeout(listen, RETRY_MS));
  };
  watch();
}

function watch() {
  clearTimeout(silence);
  silence = setTimeout(() => source.onerror(), SILENCE_MS);
}

async function refresh() {
  try {
    const answer = await fetch(location.href, {
      cache: "no-store", signal: AbortSignal.timeout(RETRY_MS),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
  } catch {
    say(lost, lostWords);
  }
}

function takeOrders(form) {
  const token = document.getElementById("token");
  const reason = document.getElementById("reason");
  const result = document.getElementById("result");
  const sure = document.getElementById("sure");
  let path;

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // What was said of the last attempt says nothing of this one.
    say(result, "");
    for (const field of [token, reason]) {
      if (field.value.trim()) continue;
      say(result, field.dataset.missing);
      field.focus();
      return;
    }
    path = event.submitter.value;
    document.getElementById("question").textContent = event.submitter.dataset.ask;
    document.getElementById("given").textContent = reason.value;
    sure.showModal();
  });
  document.getElementById("no").addEventListener("click", () => sure.close());
  document.getElementById("yes").addEventListener("click", async () => {
    sure.close();
    say(result, form.dataset[await order(path, token.value, reason.value)]);
  });

  async function order(where, secret, why) {
    // A field holds bytes: these are the token's in UTF-8.
    const bytes = String.fromCharCode(...new TextEncoder().encode(secret));
    try {
      const answer = await fetch(where, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Admin-Token": bytes },
        body: JSON.stringify({ why }),
        signal: AbortSignal.timeout(2 * RETRY_MS),
      });
      if (answer.status === 403) return "wrong";
      if (!answer.ok) return "refused";
    } catch {
      return "unreached";
    }
    reason.value = "";
    await refresh();
    return "done";
  }
}

for (const part of document.querySelectorAll("[data-part]")) {
  shown.set(part.id, part.innerHTML);
}
dress();
setInterval(tick, TICK_MS);
const form = document.getElementById("orders");
if (form) takeOrders(form);
listen();
