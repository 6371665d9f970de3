// The chat on a page of somebody else's: a launcher at the corner and a panel that it opens. On a
// phone the panel covers the page, so the focus stays in it until it is closed.
const COVERING = "(max-width: 40rem), (max-height: 30rem)";

function createPanel({ makeView, talk }) {
  const unread = make("span", { class: "unread" });
  const launcher = make(
    "button",
    { type: "button", class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", click: () => open() },
    [drawing(ICONS.chat), make("span", {}, WORDS.launcher), unread],
  );
  const view = makeView(close);
  const panel = make("div", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true }, view.element);
  const element = make("section", { class: "corner", "aria-label": WORDS.title, lang: "en-GB", keydown: pressed }, [launcher, panel]);
  const covering = window.matchMedia(COVERING);
  let seen = null;
  covering.addEventListener("change", fit);
  window.visualViewport?.addEventListener("resize", fit);

  function open({ withFocus = true } = {}) {
    panel.hidden = false;
    launcher.hidden = true;
    launcher.setAttribute("aria-expanded", "true");
    tab.write("open", "yes");
    fit();
    view.newestIntoSight();
    show();
    if (withFocus) {
      view.field.focus();
    }
  }

  function close() {
    panel.hidden = true;
    launcher.hidden = false;
    launcher.setAttribute("aria-expanded", "false");
    tab.write("open", "");
    launcher.focus();
  }

  function pressed(event) {
    // The page around hears these keys from an element that takes no text, and may have keys of its own.
    event.stopPropagation();
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      if (!view.menu.close()) {
        close();
      }
    } else if (event.key === "Tab" && covering.matches && !panel.hidden) {
      keepInside(event);
    }
  }

  function keepInside(event) {
    const stops = Array.from(panel.querySelectorAll("a[href], button, textarea, [tabindex='0']")).filter(
      (stop) => stop.getClientRects().length > 0,
    );
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (element.getRootNode().activeElement === from) {
      event.preventDefault();
      to.focus();
    }
  }

  // A phone's keyboard makes what can be seen smaller than the window.
  function fit() {
    panel.style.height = covering.matches && window.visualViewport ? `${window.visualViewport.height}px` : "";
    if (covering.matches) {
      panel.setAttribute("aria-modal", "true");
    } else {
      panel.removeAttribute("aria-modal");
    }
  }

  function show() {
    const answered = talk.turns.filter(({ replies }) => replies?.length).length;
    seen = !panel.hidden || seen === null || !talk.isReady ? answered : Math.min(seen, answered);
    unread.textContent = answered > seen ? WORDS.launcherNew(answered - seen) : "";
  }

  return { element, view, open, show, wasOpen: () => tab.read("open") === "yes" };
}
