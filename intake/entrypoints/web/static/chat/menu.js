// What can be asked for at any time. Each sends words that every engine understands when typed.
const OPTIONS = [
  { title: WORDS.optionForm, value: FACTS.options.form, engine: "form", isFor: ({ engine }) => engine !== "form" },
  { title: WORDS.optionPerson, value: FACTS.options.person, isFor: () => true },
  { title: WORDS.optionTranscript, value: FACTS.options.transcript, isFor: ({ turns }) => turns.length > 0 },
  { title: WORDS.optionNew, isNew: true, isFor: ({ reference }) => Boolean(reference) },
  { title: WORDS.optionStop, value: FACTS.options.stop, isFor: (talk) => talk.turns.length > 0 && !talk.reference },
];

function createMenu(choose) {
  const list = make("ul", { class: "menu", id: "menu", hidden: true });
  const button = make(
    "button",
    { type: "button", class: "icon wide", "aria-expanded": "false", "aria-controls": "menu", click: () => toggle(list.hidden) },
    [drawing(ICONS.options), make("span", {}, WORDS.options)],
  );
  const items = OPTIONS.map((option) => {
    const choice = make("button", { type: "button", click: () => { toggle(false); choose(option); } }, option.title);
    return { option, item: make("li", {}, choice) };
  });
  list.append(...items.map(({ item }) => item));

  function toggle(isOpen) {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  }

  // Whether it was open, and is not any more.
  function close() {
    const wasOpen = !list.hidden;
    if (wasOpen) {
      toggle(false);
      button.focus();
    }
    return wasOpen;
  }

  function show(talk) {
    for (const { option, item } of items) {
      item.hidden = !option.isFor(talk);
    }
  }

  return { button, list, close, show };
}
