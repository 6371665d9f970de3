// The chat as a whole: its heading, the conversation, what there is to know about it, the field.
const ICONS = {
  chat: "M4 4h16v12H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  options: "M4 6h16M4 12h16M4 18h16",
  down: "M12 4v15M6 13l6 6 6-6",
  send: "M4 12h15M13 6l6 6-6 6",
};
const ANSWERING_AFTER = 700;
const MANY_TRIES = 3;

function createView({ talk, say, goOn, startAgain, onClose, isPage }) {
  const log = createLog(choose);
  const writing = createWriting(say);
  const menu = createMenu(({ isNew, value, engine }) => {
    if (isNew) {
      startAgain();
    } else {
      say(value, engine);
    }
    writing.field.focus();
  });
  const status = make("div", { class: "status", role: "status" });
  const notice = make("div", { class: "notice", role: "status" });
  const warning = make("div", { class: "warning", role: "status" });
  const reference = make("p", { class: "reference", hidden: true });
  const top = make("div", { class: "top" }, [
    make("div", { class: "titles" }, [
      make("h2", { id: "title" }, isPage ? WORDS.log : WORDS.title),
      isPage ? "" : make("p", { class: "council" }, FACTS.council),
    ]),
    menu.button,
    onClose
      ? make("button", { type: "button", class: "icon", "aria-label": WORDS.close, click: onClose }, drawing(ICONS.close))
      : "",
  ]);
  const readOn = make(
    "button",
    { type: "button", class: "button read-on", "aria-label": WORDS.readOn, hidden: true, click: toEnd },
    drawing(ICONS.down),
  );
  const reading = make("div", { class: "reading" }, [log.element, readOn]);
  const parts = [top, menu.list, reference, reading, notice, warning, status, writing.element];
  const element = make("div", { class: isPage ? "chat page" : "chat", lang: "en-GB" }, parts);
  let answering = 0;

  // The button pressed goes away, so the focus goes on; a tap does not call up a phone's keyboard.
  function choose(value, event) {
    const isByKeyboard = event.detail === 0;
    (isByKeyboard ? writing.field : log.element).focus({ preventScroll: true });
    say(value);
  }

  function show() {
    const waiting = talk.waiting();
    const unknown = waiting.filter(({ id }) => !talk.turns.some((turn) => turn.id === id));
    const isNew = log.show({
      entries: [{ id: "greeting", replies: greetingOf(talk) }, ...talk.turns, ...unknown],
      waiting,
      markOf: talk.trouble ? WORDS.notSentMark : WORDS.sending,
    });
    showStanding(waiting);
    showWarning();
    menu.show(talk);
    reference.hidden = !talk.reference;
    reference.replaceChildren(`${WORDS.reference} `, make("strong", {}, talk.reference));
    if (talk.returned) {
      writing.giveBack(talk.returned);
      talk.returned = null;
    }
    if (isNew) {
      newestIntoSight();
    }
    if (talk.isReady) {
      // What was said before this page was opened is not read out again.
      window.setTimeout(() => log.element.setAttribute("aria-live", "polite"), 500);
    }
  }

  function showStanding(waiting) {
    window.clearTimeout(answering);
    put(notice, talk.notice);
    if (talk.trouble) {
      put(status, troubleText(talk.trouble));
    } else if (waiting.length > 0) {
      answering = window.setTimeout(() => put(status, WORDS.answering), ANSWERING_AFTER);
    } else {
      put(status, "");
    }
  }

  function showWarning() {
    if (!talk.isEndingSoon) {
      warning.replaceChildren();
    } else if (!warning.firstChild) {
      const keepOpen = () => {
        goOn();
        writing.field.focus();
      };
      warning.append(
        make("p", {}, WORDS.warning(clockTime(talk.expiresAt))),
        make("button", { type: "button", class: "button choice", click: keepOpen }, WORDS.goOn),
      );
    }
  }

  function newestIntoSight() {
    window.requestAnimationFrame(() => {
      const newest = log.element.lastElementChild;
      const scroller = [log.element, element].find(isScrolling);
      if (scroller) {
        const above = newest.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
        scroller.scrollTop += above - 12;
        noteEnd();
      } else if (isPage && newest !== log.element.firstElementChild) {
        newest.scrollIntoView({ block: "nearest" });
      }
    });
  }

  // What is at the end stays in sight when the field grows or a line appears below; where more is
  // out of sight below, a button says so.
  let isAtEnd = false;

  function noteEnd() {
    const { scrollHeight, scrollTop, clientHeight } = log.element;
    isAtEnd = scrollHeight - scrollTop - clientHeight < 24;
    readOn.hidden = isAtEnd || !isScrolling(log.element);
  }

  function toEnd() {
    log.element.scrollTop = log.element.scrollHeight;
    log.element.focus({ preventScroll: true });
  }

  log.element.addEventListener("scroll", noteEnd);
  new ResizeObserver(() => {
    if (isAtEnd) {
      log.element.scrollTop = log.element.scrollHeight;
    }
    noteEnd();
  }).observe(log.element);

  return { element, field: writing.field, menu, show, newestIntoSight };
}

function isScrolling(element) {
  const isMade = ["auto", "scroll"].includes(window.getComputedStyle(element).overflowY);
  return isMade && element.scrollHeight > element.clientHeight + 1;
}

function greetingOf({ greeting, trouble }) {
  return greeting.length > 0 || !trouble ? greeting : [{ text: WORDS.welcome }];
}

// The same words are put in place once: each change is read out.
function put(element, text) {
  if (element.dataset.text !== text) {
    element.dataset.text = text;
    element.replaceChildren(...(text ? [withLinks(text)] : []));
  }
}

function troubleText({ kind, seconds, tries }) {
  if (kind === "busy") {
    return WORDS.busy(seconds);
  }
  const text = kind === "lost" ? WORDS.notSent : WORDS.unreachable;
  return tries < MANY_TRIES ? text : `${text} ${WORDS.otherWay(FACTS.telephone)}`;
}
