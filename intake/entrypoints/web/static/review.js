// Keys for reviewing a case: digits choose a category, Enter saves it as in any form, n goes on.
// They can be turned off (WCAG 2.1.4), do nothing in text fields, and everything works without them.
const KEPT = "intake-review-keys";
const form = document.querySelector("form[data-review]");
const help = document.querySelector("[data-shortcuts]");
const radios = form ? Array.from(form.querySelectorAll("input[type=radio]")) : [];

function areOn() {
  try {
    return window.localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

function keep(on) {
  try {
    window.localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing has the keys on again on the next page.
  }
}

let on = areOn();

function isTyping(element) {
  if (!(element instanceof Element)) {
    return false;
  }
  const isText = element instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit"].includes(element.type);
  return isText || element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName);
}

function choose(radio) {
  const folded = radio.closest("details");
  if (folded) {
    folded.open = true;
  }
  radio.checked = true;
  const isChange = radio.value !== form.dataset.current;
  // A blind reading asks for no reason.
  const next = (isChange && form.querySelector("[name=reason]")) || radio;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function pressed(event) {
  if (!on || event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) {
    return;
  }
  const radio = radios[Number(event.key) - 1];
  if (/^[1-9]$/.test(event.key) && radio) {
    event.preventDefault();
    choose(radio);
  } else if (event.key === "n") {
    window.location.assign("/cases/next");
  }
}

function show() {
  for (const mark of document.querySelectorAll(".app-key")) {
    mark.remove();
  }
  radios.forEach((radio, index) => {
    radio.removeAttribute("aria-keyshortcuts");
    if (on) {
      radio.setAttribute("aria-keyshortcuts", String(index + 1));
      const mark = document.createElement("span");
      mark.className = "app-key";
      mark.setAttribute("aria-hidden", "true");
      mark.textContent = String(index + 1);
      radio.labels[0].append(mark);
    }
  });
  help.querySelector("[data-shortcuts-switch]").textContent = on ? "Turn these keys off" : "Turn these keys on";
}

if (form && help) {
  help.hidden = false;
  help.querySelector("[data-shortcuts-switch]").addEventListener("click", () => {
    on = !on;
    keep(on);
    show();
  });
  document.addEventListener("keydown", pressed);
  show();
}
