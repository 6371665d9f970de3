// The field a message is written in. What is written stays with this tab until it is sent.
const FEW_CHARACTERS = 0.1;

function createWriting(say) {
  const field = make("textarea", {
    id: "field", name: "text", rows: "2", autocomplete: "off", "aria-describedby": "problem keys count",
    input: written, keydown: pressed,
  });
  const problem = make("p", { id: "problem", class: "problem", hidden: true });
  const count = make("p", { id: "count", class: "hint", hidden: true });
  const element = make("form", { class: "write", novalidate: true, submit: submitted }, [
    make("label", { for: "field" }, WORDS.field),
    problem,
    field,
    make("div", { class: "below" }, [
      make("div", {}, [make("p", { id: "keys", class: "hint keys" }, WORDS.keys), count]),
      make("button", { type: "submit", class: "button" }, [WORDS.send, drawing(ICONS.send)]),
    ]),
  ]);
  write(tab.read("draft"));

  function write(text) {
    field.value = text;
    written();
  }

  function written() {
    tab.write("draft", field.value);
    const left = FACTS.mostCharacters - field.value.length;
    count.hidden = left > FACTS.mostCharacters * FEW_CHARACTERS;
    count.textContent = WORDS.charactersLeft(left);
    complain("");
  }

  function pressed(event) {
    // While an input method composes a word, Enter belongs to it.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !isComposing) {
      event.preventDefault();
      element.requestSubmit();
    }
  }

  function submitted(event) {
    event.preventDefault();
    const text = field.value.trim();
    const tooMany = text.length - FACTS.mostCharacters;
    if (!text || tooMany > 0) {
      complain(text ? WORDS.tooLong(tooMany, FACTS.mostCharacters) : WORDS.empty);
      field.focus();
      return;
    }
    write("");
    say(text);
  }

  function complain(text) {
    const why = text ? [make("span", { class: "unseen" }, `${WORDS.error} `), text] : [];
    problem.replaceChildren(...why);
    problem.hidden = !text;
    element.classList.toggle("wrong", Boolean(text));
    if (text) {
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
  }

  function giveBack({ text, why }) {
    write([text, field.value].filter(Boolean).join("\n\n"));
    complain(why);
    field.focus();
  }

  return { element, field, giveBack };
}
