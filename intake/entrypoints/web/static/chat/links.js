// Turns a passage into text nodes, with links only where it names an https address or a telephone
// number; a reference stays on one line. Nothing of it is ever read as markup.
const MARKED = new RegExp(
  [
    /(?<address>(?:https:\/\/|\bwww\.)[^\s<>"'()]*[^\s<>"'().,;:!?])/,
    /(?<telephone>(?:\+44 ?|\b0)(?:[0-9][ -]?){8,9}[0-9]\b)/,
    /\b(?<before>(?:call|ring|phone|dial|text)(?: NHS)? )(?<short>999|112|101|105|111|116 123)\b/,
    /(?<reference>\b[A-Z]{2,4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b)/,
  ].map(({ source }) => source).join("|"),
  "gi",
);

function withLinks(passage) {
  const nodes = document.createDocumentFragment();
  let done = 0;
  for (const match of passage.matchAll(MARKED)) {
    const marked = markedUp(match.groups);
    if (marked) {
      nodes.append(passage.slice(done, match.index) + (match.groups.before ?? ""), marked);
      done = match.index + match[0].length;
    }
  }
  nodes.append(passage.slice(done));
  return nodes;
}

function markedUp({ address, telephone, short, reference }) {
  if (reference) {
    return make("strong", { class: "whole" }, reference);
  }
  return address ? webLink(address) : telephoneLink(telephone ?? short);
}

function webLink(address) {
  let url;
  try {
    url = new URL(address.replace(/^www\./i, "https://www."));
  } catch {
    return null;
  }
  if (url.protocol !== "https:" || url.username || url.password) {
    return null;
  }
  return make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, [
    address,
    make("span", { class: "unseen" }, ` ${WORDS.newTab}`),
  ]);
}

function telephoneLink(number) {
  return make("a", { href: `tel:${number.replace(/[^0-9+]/g, "")}` }, number);
}

// An element with attributes and children; strings become text.
function make(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(key, value);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== false && value !== null) {
      element.setAttribute(key, value);
    }
  }
  element.append(...[children].flat());
  return element;
}

function drawing(path) {
  const names = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(names, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("focusable", "false");
  const line = document.createElementNS(names, "path");
  line.setAttribute("d", path);
  picture.append(line);
  return picture;
}
