// The conversation as this browser knows it, without a word about how it looks. A message stays kept
// until it is answered and is sent again under its own id as long as nobody said that it arrived.
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

function createTalk({ gateway, kept, changed }) {
  const talk = {
    isReady: false,
    greeting: [],
    turns: [],
    reference: "",
    engine: "",
    warnAt: null,
    expiresAt: null,
    isEndingSoon: false,
    trouble: null,
    notice: "",
    returned: null,
    waiting: () => kept.read().waiting,
  };
  let isSending = false;
  let hurry = () => {};

  function pause(milliseconds) {
    return new Promise((done) => {
      const timer = window.setTimeout(done, milliseconds);
      hurry = () => {
        window.clearTimeout(timer);
        done();
      };
    });
  }

  async function start() {
    for (let tries = 0; !talk.isReady; tries += 1) {
      const { conversation } = kept.read();
      const result = conversation ? await gateway.conversation(conversation) : await gateway.greeting();
      if (result.kind === "ok") {
        take(result);
        talk.isReady = true;
      } else if (result.kind === "ended" && conversation) {
        end(result.detail);
      } else {
        talk.trouble = { kind: "unreachable", tries };
        changed();
        await pause(result.kind === "busy" ? result.seconds * 1000 : growing(tries));
      }
    }
    talk.trouble = null;
    changed();
    send();
  }

  function take({ body, late }) {
    talk.greeting = body.greeting ?? body.replies ?? talk.greeting;
    talk.engine = body.engine ?? talk.engine;
    talk.reference = body.case ?? "";
    talk.turns = body.turns ?? [];
    takeTimes(body, late);
    askAgain();
  }

  function takeTimes({ expires_at: expires, warn_at: warn }, late) {
    if (expires && warn) {
      talk.expiresAt = Date.parse(expires) - late;
      talk.warnAt = Date.parse(warn) - late;
      kept.change({ expires });
    }
  }

  // A message that was stored but never answered, as when the server stopped in between.
  function askAgain() {
    const { waiting } = kept.read();
    const last = talk.turns.at(-1);
    if (last && !last.replies?.length && !waiting.some(({ id }) => id === last.id)) {
      kept.change({ waiting: [{ id: last.id, text: last.text }, ...waiting] });
    }
  }

  function say(text, engine) {
    talk.notice = "";
    kept.change({ waiting: [...kept.read().waiting, { id: newId(), text, engine }] });
    changed();
    return send();
  }

  async function send() {
    if (isSending || !talk.isReady) {
      return;
    }
    isSending = true;
    for (let tries = 0; kept.read().waiting.length > 0; tries += 1) {
      const result = await alone(sendFirst);
      if (result.kind === "lost" || result.kind === "busy") {
        talk.trouble = { ...result, tries };
        changed();
        await pause(result.kind === "busy" ? result.seconds * 1000 : growing(tries));
      } else {
        tries = -1;
        talk.trouble = null;
        changed();
      }
    }
    isSending = false;
    changed();
  }

  async function sendFirst() {
    const { conversation, waiting } = kept.read();
    const message = waiting[0];
    if (!message) {
      return { kind: "ok" };
    }
    const result = await gateway.send(conversation, message);
    if (result.kind === "ok") {
      await answered(message, result);
    } else if (result.kind === "ended") {
      end(result.detail);
    } else if (result.kind === "refused" || result.kind === "forbidden") {
      drop(message);
      giveBack([message], result.detail || WORDS[result.kind]);
    }
    return result;
  }

  async function answered(message, { body }) {
    if (!kept.read().waiting.some(({ id }) => id === message.id)) {
      return;
    }
    const wasAskedToDelete = choicesOf(talk.turns.at(-1)).some(({ value }) => value === FACTS.options.delete);
    const turn = talk.turns.find(({ id }) => id === message.id);
    if (turn) {
      turn.replies = body.replies;
    } else {
      talk.turns.push({ ...message, replies: body.replies });
    }
    talk.reference = body.case ?? talk.reference;
    talk.engine = body.engine ?? talk.engine;
    kept.change({ conversation: body.conversation, touched: Date.now() });
    drop(message);
    if (wasAskedToDelete) {
      const left = await gateway.conversation(body.conversation);
      if (left.kind === "ended") {
        end(body.replies.map(({ text }) => text).join(" "));
      }
    } else {
      learnTimes(body.conversation);
    }
  }

  // An answer does not say when the conversation ends; nobody waits for it.
  async function learnTimes(conversation) {
    const result = await gateway.conversation(conversation);
    if (result.kind === "ok" && kept.read().conversation === conversation) {
      takeTimes(result.body, result.late);
    }
  }

  function drop(message) {
    kept.change({ waiting: kept.read().waiting.filter(({ id }) => id !== message.id) });
  }

  function giveBack(messages, why) {
    talk.returned = { text: messages.map(({ text }) => text).join("\n\n"), why };
  }

  // The gateway knows the conversation no more. What it never got goes back to where it was written.
  function end(detail) {
    const { waiting } = kept.read();
    kept.forget();
    talk.notice = detail || WORDS.ended;
    talk.expiresAt = talk.warnAt = null;
    talk.turns = [];
    talk.reference = "";
    if (waiting.length > 0) {
      giveBack(waiting, WORDS.endedUnsent);
    }
  }

  // About something else: what was sent stays with the council, and out of sight here.
  async function startAgain() {
    kept.change({ ...NOTHING, touched: Date.now() });
    Object.assign(talk, { turns: [], reference: "", notice: "", expiresAt: null, warnAt: null, isReady: false });
    changed();
    await start();
  }

  // Another tab has spoken: show what it said.
  async function catchUp() {
    const { conversation, waiting } = kept.read();
    if (!talk.isReady || isSending || waiting.length > 0) {
      return;
    }
    const result = conversation ? await gateway.conversation(conversation) : { kind: "ended" };
    if (result.kind === "ok") {
      take(result);
      changed();
      send();
    } else if (result.kind === "ended" && talk.turns.length > 0) {
      end(result.detail);
      changed();
    }
  }

  // The gateway counts a look at the conversation with `keep` as if something had been written.
  async function goOn() {
    const { conversation } = kept.read();
    const result = await gateway.keep(conversation);
    if (result.kind === "ok") {
      takeTimes(result.body, result.late);
    } else if (result.kind === "ended") {
      end(result.detail);
    }
    lookAtClock();
    changed();
  }

  // Timers stand still while a machine sleeps, so the clock is looked at again and again.
  async function lookAtClock() {
    const isDue = talk.warnAt !== null && Date.now() >= talk.warnAt;
    const isOver = talk.expiresAt !== null && Date.now() >= talk.expiresAt;
    if (isOver) {
      talk.expiresAt = null;
      await catchUp();
    } else if (talk.isEndingSoon !== isDue) {
      talk.isEndingSoon = isDue;
      changed();
    }
  }

  window.addEventListener("online", () => hurry());
  window.setInterval(lookAtClock, 10_000);
  return { talk, start, startAgain, say, goOn, catchUp };
}

function growing(tries) {
  return Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE) * (0.75 + Math.random() / 2);
}

// One tab at a time sends, so that messages keep their order.
function alone(work) {
  return window.navigator.locks ? window.navigator.locks.request(KEPT, work) : work();
}
