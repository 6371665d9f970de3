// What this browser keeps of a conversation until it is over: its key, and messages not answered yet.
// A browser that refuses to keep anything has it in memory, for as long as the page is open.
const KEPT = "intake-chat";
const NOTHING = { conversation: null, expires: null, waiting: [], touched: 0 };

function createKept(onOther) {
  let memory = null;

  function read() {
    if (memory) {
      return memory;
    }
    try {
      return whole(JSON.parse(window.localStorage.getItem(KEPT) ?? "{}"));
    } catch {
      return { ...NOTHING };
    }
  }

  function change(changes) {
    const before = read();
    const state = { ...before, ...changes };
    // Another tab hears of every write and answers with a look at the gateway: none without need.
    if (JSON.stringify(state) === JSON.stringify(before)) {
      return;
    }
    try {
      if (!memory) {
        window.localStorage.setItem(KEPT, JSON.stringify(state));
      }
    } catch {
      memory = state;
    }
    memory = memory && state;
  }

  function forget() {
    memory = memory && { ...NOTHING };
    try {
      window.localStorage.removeItem(KEPT);
    } catch {
      // It was never kept there.
    }
  }

  window.addEventListener("storage", (event) => {
    if (event.key === KEPT || event.key === null) {
      onOther();
    }
  });
  return { read, change, forget };
}

// The page around us can write there too, so nothing is taken on trust.
function whole(found) {
  const state = { ...NOTHING, ...(found && typeof found === "object" ? found : {}) };
  const isText = (value) => typeof value === "string" && value !== "";
  state.conversation = isText(state.conversation) ? state.conversation : null;
  state.waiting = Array.isArray(state.waiting)
    ? state.waiting.filter((message) => message && isText(message.id) && isText(message.text))
    : [];
  return state;
}

// What belongs to this tab alone: an unfinished message, and whether the chat is open.
const tab = {
  read(name) {
    try {
      return window.sessionStorage.getItem(`${KEPT}-${name}`) ?? "";
    } catch {
      return "";
    }
  },
  write(name, value) {
    try {
      if (value) {
        window.sessionStorage.setItem(`${KEPT}-${name}`, value);
      } else {
        window.sessionStorage.removeItem(`${KEPT}-${name}`);
      }
    } catch {
      // It is kept as long as the page is open.
    }
  },
};

function newId() {
  if (window.crypto.randomUUID) {
    return window.crypto.randomUUID();
  }
  // Pages without HTTPS have no randomUUID.
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
