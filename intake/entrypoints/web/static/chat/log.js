// The conversation as it is read. `show` adds what is new and leaves alone what is there, so that
// nothing is read out twice.
function createLog(choose) {
  const groups = new Map();
  const element = make("div", {
    class: "log", role: "log", "aria-live": "off", "aria-label": WORDS.log, tabindex: "0",
  });

  function show({ entries, waiting, markOf }) {
    forgetOthers(new Set(entries.map(({ id }) => id)));
    let isNew = false;
    entries.forEach((entry, index) => {
      const group = groups.get(entry.id) ?? make("div", { class: "turn" });
      if (element.children[index] !== group) {
        element.insertBefore(group, element.children[index] ?? null);
        isNew = true;
      }
      if (!groups.has(entry.id)) {
        groups.set(entry.id, group);
        group.append(...own(entry, entries[index - 1]));
      }
      if (entry.replies?.length && !group.querySelector(".theirs")) {
        group.append(...entry.replies.map(said));
        isNew = true;
      }
      mark(group, waiting.some(({ id }) => id === entry.id) ? markOf : "");
    });
    return showChoices(entries.at(-1), waiting) || isNew;
  }

  function forgetOthers(ids) {
    for (const [id, group] of groups) {
      if (!ids.has(id)) {
        group.remove();
        groups.delete(id);
      }
    }
  }

  function mark(group, text) {
    const place = group.querySelector(".mark");
    if (place && place.textContent !== text) {
      place.textContent = text;
    }
  }

  // Only the newest question can still be answered with a button.
  function showChoices(last, waiting) {
    const choices = waiting.length > 0 ? [] : choicesOf(last);
    const shown = element.querySelector(".choices");
    if (shown && choices.length > 0 && shown.parentNode === groups.get(last.id)) {
      return false;
    }
    shown?.remove();
    if (choices.length > 0) {
      const attributes = { class: "choices", role: "group", "aria-label": WORDS.choices };
      groups.get(last.id).append(make("div", attributes, choices.map(button)));
    }
    return choices.length > 0;
  }

  function button({ title, value }) {
    const attributes = { type: "button", class: "button choice", click: (event) => choose(value, event) };
    return make("button", attributes, title);
  }

  return { element, show };
}

// What somebody wrote themselves is not read out to them. It comes into the log by itself, so that
// nothing is read out for what it lies in.
function own(entry, before) {
  const words = [make("span", { class: "unseen" }, `${WORDS.you} `), shownText(entry, before)];
  const parts = [make("p", { class: "words" }, words), make("p", { class: "mark" })];
  return entry.text ? [make("div", { class: "mine", "aria-live": "off" }, parts)] : [];
}

function said({ text }) {
  const words = [make("span", { class: "unseen" }, `${WORDS.bot} `), withLinks(text)];
  return make("div", { class: "theirs" }, make("p", { class: "words" }, words));
}

function choicesOf(entry) {
  return (entry?.replies ?? []).flatMap(({ choices }) => choices ?? []);
}

// A choice is shown as its button was, whatever it sends.
function shownText(entry, before) {
  return [...choicesOf(before), ...OPTIONS].find(({ value }) => value === entry.text)?.title ?? entry.text;
}
