// What a page does by itself: it is told what changed, says how old what it shows is, and calls for somebody.
// Without this script every page still works: it is then as of when it was loaded.
/* global Idiomorph */

const body = document.body;
const LOST_S = 5; // no word from the server for so long: nobody knows what is true now

function words(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

class Age {
  // How old what is shown is, counted by this machine's monotonic clock from what the server last said.
  constructor() {
    this.told = null; // seconds, as the server said
    this.at = performance.now();
    this.blind = false;
    this.heard = performance.now();
    setInterval(() => this.show(), 1000);
  }
  say(beat) {
    this.told = beat.age_s;
    this.blind = beat.blind;
    this.at = this.heard = performance.now();
    this.show();
  }
  show() {
    const now = performance.now();
    const lost = now - this.heard > LOST_S * 1000;
    const seconds = this.told === null ? null : this.told + (now - this.at) / 1000;
    const age = seconds === null ? "?" : words(seconds);
    const banner = document.getElementById("blind");
    const said = lost ? body.dataset.lost : this.blind ? body.dataset.stale : "";
    banner.hidden = !said;
    const text = said.replace("{age}", age);
    if (banner.textContent !== text) banner.textContent = text;
    document.getElementById("age").textContent = age;
    body.classList.toggle("old", Boolean(said));
  }
}

class Bell {
  // Sounds while there is an incident that nobody is on, newer than what was last seen here.
  constructor() {
    this.button = document.getElementById("sound");
    this.on = localStorage.getItem("sound") === "on";
    this.context = null;
    this.timer = null;
    if (!window.AudioContext || !this.button) return;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.turn(!this.on));
    this.turn(this.on);
  }
  turn(on) {
    this.on = on;
    localStorage.setItem("sound", on ? "on" : "off");
    this.button.setAttribute("aria-pressed", String(on));
    this.button.textContent = on ? this.button.dataset.on : this.button.dataset.off;
    if (on && !this.context) this.context = new AudioContext();
    if (on) document.addEventListener("pointerdown", () => this.context.resume(), { once: true });
    this.hear();
  }
  hear() {
    const calling = Number(document.querySelector("[data-calling]")?.dataset.calling ?? 0);
    const wanted = this.on && calling > 0;
    if (wanted && this.timer === null) {
      this.ring();
      this.timer = setInterval(() => this.ring(), 4000);
    } else if (!wanted && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (calling > 0) document.title = `(${calling}) ${document.title}`;
  }
  ring() {
    if (!this.context) return;
    for (const [at, pitch] of [[0, 660], [0.25, 880]]) {
      const tone = this.context.createOscillator();
      const gain = this.context.createGain();
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.15, this.context.currentTime + at);
      gain.gain.exponentialRampToValueAtTime(0.001, this.context.currentTime + at + 0.22);
      tone.connect(gain).connect(this.context.destination);
      tone.start(this.context.currentTime + at);
      tone.stop(this.context.currentTime + at + 0.25);
    }
  }
}

class States {
  // Which places and lines are not fine: only what is another than before is touched.
  constructor() {
    this.shown = new Map();
    const page = document.querySelector("[data-states]");
    if (!page) return;
    for (const one of document.querySelectorAll("[data-n]")) one.dataset.s = "fine"; // now that somebody looks
    this.say(JSON.parse(page.dataset.states));
  }
  say(states) {
    const next = new Map(Object.entries(states));
    for (const name of this.shown.keys()) if (!next.has(name)) this.mark(name, "fine");
    for (const [name, state] of next) if (this.shown.get(name) !== state) this.mark(name, state);
    this.shown = next;
  }
  mark(name, state) {
    for (const one of document.querySelectorAll(`[data-n="${CSS.escape(name)}"]`)) one.dataset.s = state;
  }
}

class Parts {
  // HTML that takes the place of a part of the page, once a frame at most: of a storm only the last is drawn.
  constructor(after) {
    this.waiting = new Map();
    this.after = after;
    this.asked = false;
  }
  say(name, html) {
    this.waiting.set(name, html);
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => this.draw());
  }
  draw() {
    this.asked = false;
    for (const [name, html] of this.waiting) {
      const part = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
      if (part) Idiomorph.morph(part, html, { morphStyle: "innerHTML", ignoreActiveValue: true });
    }
    this.waiting.clear();
    this.after();
  }
}

function listen(path) {
  const age = new Age();
  const bell = new Bell();
  const states = new States();
  const parts = new Parts(() => bell.hear());
  const source = new EventSource(path);
  source.addEventListener("beat", (event) => age.say(JSON.parse(event.data)));
  source.addEventListener("now", (event) => parts.say("now", JSON.parse(event.data)));
  source.addEventListener("states", (event) => states.say(JSON.parse(event.data)));
  source.addEventListener("over", again); // signed out, or somebody may see something else now
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(again, 5000);
  });
}

async function again() {
  // Loads the page anew once the server answers: what a proxy says instead of it would never come back by itself.
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) return location.reload();
  } catch { /* not there yet */ }
  setTimeout(again, 5000);
}

function choose_theme() {
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = getComputedStyle(root).getPropertyValue("color-scheme").trim() === "dark";
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

choose_theme();
if (body.dataset.events) listen(body.dataset.events);
