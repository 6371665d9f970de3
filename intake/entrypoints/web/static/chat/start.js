// Begins: in place of the plain form on our own page, at the corner of any other.
const script = document.currentScript;
const base = new URL(".", script.src);

function start() {
  if (!("adoptedStyleSheets" in Document.prototype)) {
    startPlainly();
    return;
  }
  const place = document.querySelector("[data-chat-page]");
  const shown = [];
  const redraw = () => shown.forEach((show) => show());
  const kept = createKept(() => soon(() => held.catchUp()));
  const held = createTalk({ gateway: createGateway(base), kept, changed: redraw });
  const { talk } = held;
  const view = (more) => createView({ talk, say: held.say, goOn: held.goOn, startAgain: held.startAgain, ...more });
  if (place) {
    adopt(place, kept);
    const inPlace = view({ isPage: true });
    shown.push(inPlace.show);
    place.replaceChildren(shaded(inPlace.element));
  } else {
    const panel = createPanel({ talk, makeView: (onClose) => view({ onClose }) });
    shown.push(panel.view.show, panel.show);
    document.body.append(shaded(panel.element));
    if (panel.wasOpen()) {
      panel.open({ withFocus: false });
    }
  }
  held.start();
}

// In a tree of its own neither the page's style reaches the chat nor the chat's the page.
function shaded(element) {
  const host = document.createElement("intake-chat");
  const shade = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shade.adoptedStyleSheets = [sheet];
  shade.append(element);
  return host;
}

// A conversation begun on our page without this script is gone on with, unless a newer one is kept.
function adopt(place, kept) {
  const { conversation } = place.dataset;
  const touched = Number(place.dataset.touched);
  if (conversation && touched > kept.read().touched) {
    kept.change({ conversation, touched });
  }
}

// A browser too old for the chat gets a link to our page, where the plain form is; there it stays.
function startPlainly() {
  if (!document.querySelector("[data-chat-page]")) {
    document.body.append(make("p", {}, make("a", { href: base.href.replace(/\/$/, "") }, WORDS.launcher)));
  }
}

let waitingForMore = 0;

function soon(work) {
  window.clearTimeout(waitingForMore);
  waitingForMore = window.setTimeout(work, 300);
}

// A page that names the script twice gets one chat.
if (!document.querySelector("intake-chat")) {
  start();
}
